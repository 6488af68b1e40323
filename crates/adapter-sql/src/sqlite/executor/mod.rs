//! One thread that writes and several that read, each with a connection of its own. A job that has been taken up runs
//! to its end, whatever becomes of the future that asked for it.

mod connection;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use async_channel::{Receiver, Sender};
use futures_util::future::BoxFuture;
use stead_domain::ports::store::{ConnectionFigures, StoreError};
use tokio::sync::oneshot;

pub(super) use self::connection::{BUSY_TIMEOUT, Purpose, SqliteConn, open};
use self::{
    reader::{Read, ReadJob, Reader},
    writer::{Write, WriteJob, Writer},
};
use crate::{bell::Bell, error::SqlError};

/// How many jobs may wait for the writer, and how many for the readers.
const QUEUE: usize = 1_024;

/// How long a caller waits for a place in a full queue.
const QUEUE_WAIT: Duration = Duration::from_millis(500);

/// Runs jobs on the database's connections.
pub(super) struct Executor {
    writes: Sender<Box<dyn WriteJob>>,
    reads: Sender<Box<dyn ReadJob>>,
    threads: Vec<JoinHandle<()>>,
    /// How many threads work at something.
    at_work: Arc<AtomicU32>,
    bell: Bell,
}

/// The executor did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExecutorError {
    #[error("too many requests are waiting for the database")]
    QueueFull,
    #[error("the database is closed")]
    Closed,
    #[error("a job on the database panicked")]
    Panicked,
    #[error("the writes of a group were not made durable")]
    GroupLost(#[source] Arc<diesel::result::Error>),
    #[error("the database cannot be opened")]
    NotOpen(#[source] diesel::ConnectionError),
}

impl ExecutorError {
    fn unavailable(self) -> StoreError {
        StoreError::Unavailable(Box::new(self))
    }
}

impl Executor {
    /// Opens the connections and starts the threads. Each thread keeps `held` until it ends.
    pub(super) fn start<H>(path: &Path, readers: usize, held: &Arc<H>) -> Result<Self, StartError>
    where
        H: Send + Sync + 'static,
    {
        let (writes, queued_writes) = async_channel::bounded(QUEUE);
        let (reads, queued_reads) = async_channel::bounded(QUEUE);
        // Made before the first thread, so that an error on the way stops those already started.
        let mut executor = Self {
            writes,
            reads,
            threads: Vec::with_capacity(readers + 1),
            at_work: Arc::default(),
            bell: Bell::default(),
        };
        let (writer, at_work) =
            (Writer::open(path, queued_writes, executor.bell.clone())?, Arc::clone(&executor.at_work));
        executor.spawn("sqlite-writer", held, move || writer.run(&at_work))?;
        for n in 0..readers.max(1) {
            let (reader, at_work) =
                (Reader::open(path, Receiver::clone(&queued_reads))?, Arc::clone(&executor.at_work));
            executor.spawn(&format!("sqlite-reader-{n}"), held, move || reader.run(&at_work))?;
        }
        Ok(executor)
    }

    fn spawn<H>(&mut self, name: &str, held: &Arc<H>, run: impl FnOnce() + Send + 'static) -> Result<(), StartError>
    where
        H: Send + Sync + 'static,
    {
        let held = Arc::clone(held);
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            run();
            drop(held);
        })?;
        self.threads.push(thread);
        Ok(())
    }

    /// Rung after every group of writes.
    pub(super) fn bell(&self) -> &Bell {
        &self.bell
    }

    /// The threads, at this moment.
    pub(super) fn connections(&self) -> ConnectionFigures {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        ConnectionFigures {
            open: count(self.threads.len()),
            in_use: self.at_work.load(Ordering::Relaxed),
            waiting: count(self.writes.len() + self.reads.len()),
        }
    }

    /// Runs a job that only reads.
    pub(super) async fn read<R: Send + 'static>(
        &self,
        job: impl for<'c> FnOnce(&'c mut SqliteConn) -> BoxFuture<'c, Result<R, SqlError>> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (reply, answer) = oneshot::channel();
        enqueue(&self.reads, Box::new(Read::new(job, reply))).await?;
        answer.await.map_err(closed)?
    }

    /// Runs a job in a transaction; answers when it is durable.
    pub(super) async fn write<R: Send + 'static>(
        &self,
        job: impl for<'c> FnOnce(&'c mut SqliteConn) -> BoxFuture<'c, Result<R, SqlError>> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (reply, answer) = oneshot::channel();
        enqueue(&self.writes, Box::new(Write::new(job, reply))).await?;
        answer.await.map_err(closed)?
    }
}

async fn enqueue<J>(queue: &Sender<J>, job: J) -> Result<(), StoreError> {
    match tokio::time::timeout(QUEUE_WAIT, queue.send(job)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_closed)) => Err(ExecutorError::Closed.unavailable()),
        Err(_elapsed) => Err(ExecutorError::QueueFull.unavailable()),
    }
}

/// The job was dropped with its queue.
fn closed(_dropped: oneshot::error::RecvError) -> StoreError {
    ExecutorError::Closed.unavailable()
}

impl Drop for Executor {
    /// Lets the threads finish what waits, and waits for them: afterwards the file is free. The writer, which was started
    /// first, goes last: only a connection that may write brings the log into the file when it is the last to close.
    fn drop(&mut self) {
        self.reads.close();
        while let Some(thread) = self.threads.pop() {
            if self.threads.is_empty() {
                self.writes.close();
            }
            if thread.join().is_err() {
                tracing::error!("a thread of the database panicked");
            }
        }
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

/// The executor could not be started.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    #[error(transparent)]
    Connection(#[from] diesel::ConnectionError),
    #[error(transparent)]
    Thread(#[from] std::io::Error),
}
