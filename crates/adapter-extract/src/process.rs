//! The parent: it starts a child, feeds it, listens to it and never waits longer than it said.

use std::{ffi::OsString, io, path::PathBuf, process::Stdio};

use async_trait::async_trait;
use futures_util::StreamExt;
use stead_domain::ports::{
    TextExtractor,
    object_store::ObjectBody,
    text_extractor::{Document, ExtractError, ExtractedText},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, Command},
    sync::Semaphore,
    time::timeout,
};

use crate::{
    limits::{Limits, Order},
    read::TextKind,
    verdict::{self, MAX_OUTPUT},
};

/// What is kept of what a child says about its end.
const MAX_COMPLAINT: usize = 4 * 1024;

/// What is started for a document: it calls [`run_child`](crate::run_child) with what follows `--order=`.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

impl Program {
    /// This executable, with these arguments before the order.
    pub fn new(path: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        Self { path: path.into(), arguments: arguments.iter().map(OsString::from).collect() }
    }

    /// The executable that runs now, also if it was replaced on the disk meanwhile.
    ///
    /// # Errors
    /// The system does not say which it is.
    pub fn this_one(arguments: &[&str]) -> io::Result<Self> {
        let itself = PathBuf::from("/proc/self/exe");
        let path = if itself.exists() { itself } else { std::env::current_exe()? };
        Ok(Self::new(path, arguments))
    }
}

/// Reads each document in a child process.
#[derive(Debug)]
pub struct ProcessExtractor {
    program: Program,
    limits: Limits,
    places: Semaphore,
}

impl ProcessExtractor {
    /// Children of this program, within these limits.
    pub fn new(program: Program, limits: Limits) -> Self {
        Self { program, limits, places: Semaphore::new(limits.at_once.max(1)) }
    }

    fn start(&self, text_as: TextKind) -> Result<Child, ExtractError> {
        let order = serde_json::to_string(&Order::new(text_as, &self.limits))
            .map_err(|error| ExtractError::Unavailable(Box::new(error)))?;
        let mut command = Command::new(&self.program.path);
        command
            .args(&self.program.arguments)
            .arg(format!("--order={order}"))
            .env_clear()
            .current_dir("/")
            // A signal from the terminal is the parent's.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.spawn().map_err(unavailable)
    }

    /// Writes the document. A child that has heard enough is no error: its answer says why.
    async fn feed(&self, mut body: ObjectBody, mut stdin: ChildStdin) -> Result<(), ExtractError> {
        let mut left = self.limits.document_bytes;
        loop {
            let next = timeout(self.limits.source_idle, body.next());
            let Ok(next) = next.await else { return Err(unavailable(io::ErrorKind::TimedOut.into())) };
            let Some(chunk) = next else { break };
            let chunk = chunk.map_err(|error| ExtractError::Unavailable(Box::new(error)))?;
            let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            if length > left {
                return Err(ExtractError::TooLarge);
            }
            left -= length;
            match timeout(self.limits.wall, stdin.write_all(&chunk)).await {
                Ok(Ok(())) => {}
                Ok(Err(_gone)) => return Ok(()),
                Err(_elapsed) => return Err(ExtractError::TimedOut),
            }
        }
        // Closes the pipe: the child begins.
        drop(stdin);
        Ok(())
    }

    async fn converse(&self, child: &mut Child, body: ObjectBody) -> Result<ExtractedText, ExtractError> {
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(mut stdout), Some(mut stderr)) = pipes else {
            return Err(unavailable(io::ErrorKind::BrokenPipe.into()));
        };
        // What says too much is not listened to any longer.
        let said = async { tokio::try_join!(up_to(&mut stdout, MAX_OUTPUT), beginning_of(&mut stderr)) };
        let mut said = std::pin::pin!(said);
        let mut early = None;
        // It may answer before it has heard all.
        tokio::select! {
            fed = self.feed(body, stdin) => fed?,
            answer = &mut said => early = Some(answer),
        }
        let rest = async {
            let (answer, complaint) = match early {
                Some(answer) => answer?,
                None => said.await?,
            };
            verdict::of(&answer, &complaint, child.wait().await.map_err(unavailable)?)
        };
        timeout(self.limits.wall, rest).await.unwrap_or(Err(ExtractError::TimedOut))
    }
}

#[async_trait]
impl TextExtractor for ProcessExtractor {
    async fn extract(&self, document: Document) -> Result<ExtractedText, ExtractError> {
        let text_as = TextKind::of(&document.content_type, &document.name);
        let _place = self.places.acquire().await.map_err(|closed| ExtractError::Unavailable(Box::new(closed)))?;
        let mut child = self.start(text_as)?;
        let read = self.converse(&mut child, document.body).await;
        // Killed where it still runs, and waited for in any case: it leaves nothing behind.
        if let Err(error) = child.kill().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a child that read a document could not be ended");
        }
        read
    }
}

/// All that comes, if it is no more than this.
async fn up_to(from: &mut (impl AsyncRead + Unpin), most: usize) -> Result<Vec<u8>, ExtractError> {
    let mut read = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    from.take(limit + 1).read_to_end(&mut read).await.map_err(unavailable)?;
    if read.len() > most { Err(ExtractError::TooLarge) } else { Ok(read) }
}

/// The beginning of what comes; the rest is let pass, so that nobody waits for a full pipe.
async fn beginning_of(from: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, ExtractError> {
    let (mut kept, mut chunk) = (Vec::new(), [0; 1024]);
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        let room = MAX_COMPLAINT.saturating_sub(kept.len());
        kept.extend(chunk.iter().take(count.min(room)));
    }
    Ok(kept)
}

fn unavailable(error: io::Error) -> ExtractError {
    ExtractError::Unavailable(Box::new(error))
}
