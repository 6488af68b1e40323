//! MCP over the standard input and output of a process: a message a line.

mod lines;
mod process;

use std::{sync::Arc, time::Duration};

use rmcp::{
    RoleClient,
    model::{ClientJsonRpcMessage, ErrorData, JsonRpcError, ServerJsonRpcMessage},
    transport::Transport,
};
use serde_json::Value;
use tokio::{
    io::AsyncWriteExt,
    process::{ChildStdin, ChildStdout},
    sync::Mutex,
    time::timeout,
};
use tokio_util::task::TaskTracker;

use crate::{StdioConfig, failure::Fault};
use lines::{Line, Lines};
pub(crate) use process::Process;

/// A program that does not read for so long is ended.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

/// Marks an answer that could not be read, on its way through rmcp.
pub(crate) const GARBLED: i32 = -32_098;

/// One process.
pub(crate) struct StdioTransport {
    process: Arc<Process>,
    input: Arc<Mutex<Option<ChildStdin>>>,
    output: Lines<ChildStdout>,
}

impl StdioTransport {
    /// Starts the program. It runs until the transport is dropped, or fails.
    pub(crate) fn start(
        config: &StdioConfig,
        command: &str,
        args: &[String],
        tasks: &TaskTracker,
    ) -> Result<Self, Fault> {
        let (process, input, output) = Process::start(config, command, args, tasks)?;
        Ok(Self { process, input: Arc::new(Mutex::new(Some(input))), output: Lines::new(output) })
    }

    pub(crate) fn process(&self) -> Arc<Process> {
        Arc::clone(&self.process)
    }
}

impl Transport<RoleClient> for StdioTransport {
    type Error = Fault;

    fn send(&mut self, message: ClientJsonRpcMessage) -> impl Future<Output = Result<(), Fault>> + Send + 'static {
        let (process, input) = (Arc::clone(&self.process), Arc::clone(&self.input));
        async move {
            let mut line = serde_json::to_vec(&message).map_err(|_invalid| Fault::Garbled("it cannot be written"))?;
            line.push(b'\n');
            let writing = async {
                let mut input = input.lock().await;
                let input = input.as_mut().ok_or(Fault::Closed)?;
                input.write_all(&line).await.map_err(|_broken| process.why_ended())
            };
            match timeout(WRITE_TIMEOUT, writing).await {
                Ok(written) => written,
                Err(_elapsed) => {
                    process.fail(Fault::Deaf);
                    Err(Fault::Deaf)
                }
            }
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            match self.output.next().await {
                Line::Whole(line) => match read(line) {
                    Read::Message(message) => return Some(*message),
                    Read::Noise => {}
                    Read::Broken => {
                        self.process.fail(Fault::Garbled("it cannot be read"));
                        return None;
                    }
                },
                Line::TooLong => {
                    self.process.fail(Fault::TooLarge);
                    return None;
                }
                Line::End => {
                    self.process.fail(Fault::Ended);
                    return None;
                }
            }
        }
    }

    async fn close(&mut self) -> Result<(), Fault> {
        self.input.lock().await.take();
        self.process.stop();
        Ok(())
    }
}

impl Drop for StdioTransport {
    fn drop(&mut self) {
        self.process.stop();
    }
}

enum Read {
    Message(Box<ServerJsonRpcMessage>),
    /// Programs print what they should not.
    Noise,
    Broken,
}

fn read(line: &[u8]) -> Read {
    if line.first() != Some(&b'{') {
        return Read::Noise;
    }
    if let Ok(message) = serde_json::from_slice(line) {
        return Read::Message(Box::new(message));
    }
    match serde_json::from_slice::<Value>(line) {
        Ok(value) if value.get("jsonrpc").is_none() => Read::Noise,
        // One answer that cannot be read is the end of one call, not of all.
        Ok(value) => match value.get("id").and_then(|id| serde_json::from_value(id.clone()).ok()) {
            Some(id) if value.get("method").is_none() => {
                let error = ErrorData::new(rmcp::model::ErrorCode(GARBLED), "", None);
                Read::Message(Box::new(ServerJsonRpcMessage::Error(JsonRpcError::new(Some(id), error))))
            }
            _ => Read::Noise,
        },
        Err(_) if line.windows(9).any(|part| part == b"\"jsonrpc\"") => Read::Broken,
        Err(_) => Read::Noise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_from_noise() {
        let is_message = |line: &str| matches!(read(line.as_bytes()), Read::Message(_));
        let is_noise = |line: &str| matches!(read(line.as_bytes()), Read::Noise);
        assert!(is_message(r#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#));
        assert!(is_message(r#"{"jsonrpc":"2.0","method":"notifications/x"}"#));
        for line in
            ["Server started", "[1,2]", "{not json", r#"{"level":"info"}"#, r#"{"jsonrpc":"2.0"}"#, "\u{1b}[31m{"]
        {
            assert!(is_noise(line), "{line}");
        }
        assert!(matches!(read(br#"{"jsonrpc":"2.0","id":1,"result":{"#), Read::Broken));
        let garbled = r#"{"jsonrpc":"2.0","id":7,"error":7}"#;
        let Read::Message(message) = read(garbled.as_bytes()) else { panic!("it is somebody's answer") };
        let ServerJsonRpcMessage::Error(error) = *message else { panic!("it cannot be read") };
        assert_eq!((error.error.code.0, error.id.unwrap().to_string()), (GARBLED, "7".to_owned()));
    }
}
