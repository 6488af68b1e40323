//! How a server shall answer.

use std::time::Duration;

use serde_json::{Value, json};
use stead_domain::ports::tool_server::ToolOutput;

use crate::gate::Gate;

/// One answer of the server, to a call or a listing.
#[derive(Debug, Clone)]
pub struct McpReply {
    pub(super) before: Vec<Before>,
    pub(super) act: Act,
}

#[derive(Debug, Clone)]
pub(super) enum Before {
    Gate(Gate),
    Pause(Duration),
}

/// What is done in the end.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// This is the result.
    Result(Value),
    /// This error is the answer: code and message.
    Error(i64, String),
    /// This result answers a request that nobody made.
    ForeignId(Value),
    /// These bytes in place of a message.
    Raw(String),
    /// A message of so many bytes, and no end of it.
    Flood(u64),
    /// Nothing, ever.
    Hang,
    /// The connection is closed; a process ends.
    Break,
    /// Over HTTP: this status, and this body of JSON.
    Status(u16, Option<Value>),
    /// Over HTTP: a redirect with this status to this place.
    Redirect(u16, String),
    /// Over HTTP: the stream breaks off after an event's id, and this result comes when it is taken up again.
    Resumed(Value),
    /// First so many requests of its own, then this result.
    AsksFirst(usize, Value),
}

impl McpReply {
    /// The tool's result is this text.
    pub fn text(text: &str) -> Self {
        Self::result(json!({"content": [{"type": "text", "text": text}]}))
    }

    /// The whole result, as the wire has it.
    pub fn result(result: Value) -> Self {
        Self::of(Act::Result(result))
    }

    /// The result, as the port has it.
    pub fn output(output: &ToolOutput) -> Self {
        let mut result = json!({"content": output.result.value()["content"], "isError": output.is_error});
        if let Some(structured) = output.result.value().get("structured") {
            result["structuredContent"] = structured.clone();
        }
        Self::result(result)
    }

    /// An error of the protocol.
    pub fn error(code: i64, message: &str) -> Self {
        Self::of(Act::Error(code, message.to_owned()))
    }

    /// An answer to a request that nobody made.
    pub fn with_foreign_id(text: &str) -> Self {
        Self::of(Act::ForeignId(json!({"content": [{"type": "text", "text": text}]})))
    }

    /// These bytes, where a message should be.
    pub fn raw(bytes: &str) -> Self {
        Self::of(Act::Raw(bytes.to_owned()))
    }

    /// A message of so many bytes that never ends.
    pub fn flood(bytes: u64) -> Self {
        Self::of(Act::Flood(bytes))
    }

    /// No answer.
    pub fn hangs() -> Self {
        Self::of(Act::Hang)
    }

    /// No answer, and the connection is closed, or the process ends.
    pub fn breaks() -> Self {
        Self::of(Act::Break)
    }

    /// Over HTTP: a status without a body.
    pub fn status(status: u16) -> Self {
        Self::of(Act::Status(status, None))
    }

    /// Over HTTP: a status with a body.
    pub fn status_saying(status: u16, body: Value) -> Self {
        Self::of(Act::Status(status, Some(body)))
    }

    /// Over HTTP: a redirect.
    pub fn redirect(status: u16, to: &str) -> Self {
        Self::of(Act::Redirect(status, to.to_owned()))
    }

    /// Over HTTP: the stream breaks off, and the answer comes when it is taken up again.
    pub fn resumed(text: &str) -> Self {
        Self::of(Act::Resumed(json!({"content": [{"type": "text", "text": text}]})))
    }

    /// The server first sends so many requests and as many notifications of its own.
    pub fn asks_first(count: usize, text: &str) -> Self {
        Self::of(Act::AsksFirst(count, json!({"content": [{"type": "text", "text": text}]})))
    }

    /// Waits at the gate first.
    #[must_use]
    pub fn behind(mut self, gate: &Gate) -> Self {
        self.before.push(Before::Gate(gate.clone()));
        self
    }

    /// Takes its time first.
    #[must_use]
    pub fn after(mut self, pause: Duration) -> Self {
        self.before.push(Before::Pause(pause));
        self
    }

    fn of(act: Act) -> Self {
        Self { before: Vec::new(), act }
    }
}
