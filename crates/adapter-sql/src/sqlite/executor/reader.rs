//! A thread that reads.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use async_channel::Receiver;
use diesel::ConnectionError;
use futures_util::future::BoxFuture;
use stead_domain::ports::store::StoreError;
use tokio::sync::oneshot;

use super::{
    ExecutorError,
    connection::{Purpose, SqliteConn, at_once, open_inline},
};
use crate::error::SqlError;

/// A job for a reader.
pub(super) trait ReadJob: Send {
    /// Does it and answers. `false`: it panicked, and its connection should not be used again.
    fn run(self: Box<Self>, connection: &mut SqliteConn) -> bool;

    /// Answers that it was not done.
    fn refuse(self: Box<Self>, error: ExecutorError);
}

pub(super) struct Read<R, F> {
    job: F,
    reply: oneshot::Sender<Result<R, StoreError>>,
}

impl<R, F> Read<R, F> {
    pub(super) fn new(job: F, reply: oneshot::Sender<Result<R, StoreError>>) -> Self {
        Self { job, reply }
    }
}

impl<R, F> ReadJob for Read<R, F>
where
    R: Send,
    F: for<'c> FnOnce(&'c mut SqliteConn) -> BoxFuture<'c, Result<R, SqlError>> + Send,
{
    fn run(self: Box<Self>, connection: &mut SqliteConn) -> bool {
        let Self { job, reply } = *self;
        if reply.is_closed() {
            return true;
        }
        let (result, intact) = match catch_unwind(AssertUnwindSafe(|| at_once(job(connection)))) {
            Ok(Ok(result)) => (result.map_err(StoreError::from), true),
            Ok(Err(suspended)) => (Err(StoreError::Internal(Box::new(suspended))), false),
            Err(_panic) => (Err(StoreError::Internal(Box::new(ExecutorError::Panicked))), false),
        };
        answer(reply, result);
        intact
    }

    fn refuse(self: Box<Self>, error: ExecutorError) {
        answer(self.reply, Err(error.unavailable()));
    }
}

/// A caller that has gone needs no answer.
pub(super) fn answer<R>(reply: oneshot::Sender<Result<R, StoreError>>, result: Result<R, StoreError>) {
    if reply.send(result).is_err() {
        tracing::debug!("the caller of a job on the database has gone");
    }
}

pub(super) struct Reader {
    path: PathBuf,
    queue: Receiver<Box<dyn ReadJob>>,
    connection: Option<SqliteConn>,
}

impl Reader {
    pub(super) fn open(path: &Path, queue: Receiver<Box<dyn ReadJob>>) -> Result<Self, ConnectionError> {
        let connection = Some(open_inline(path, Purpose::Read)?);
        Ok(Self { path: path.to_owned(), queue, connection })
    }

    /// Runs until the queue is closed and empty.
    pub(super) fn run(mut self, at_work: &AtomicU32) {
        while let Ok(job) = self.queue.recv_blocking() {
            at_work.fetch_add(1, Ordering::Relaxed);
            let connection = match self.connection.take() {
                Some(connection) => Ok(connection),
                None => open_inline(&self.path, Purpose::Read),
            };
            match connection {
                Ok(mut connection) => {
                    if job.run(&mut connection) {
                        self.connection = Some(connection);
                    }
                }
                Err(error) => job.refuse(ExecutorError::NotOpen(error)),
            }
            at_work.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
