//! The thread that writes, in groups: one transaction for what waits, a savepoint for each job.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use async_channel::Receiver;
use diesel::{ConnectionError, QueryResult};
use futures_util::future::BoxFuture;
use stead_domain::ports::store::StoreError;
use tokio::sync::oneshot;

use super::{
    ExecutorError,
    connection::{Purpose, SqliteConn, at_once, execute, open_inline},
    reader::answer,
};
use crate::{bell::Bell, error::SqlError, figures};

/// A group takes up no more than so many jobs,
const GROUP_SIZE: usize = 64;
/// and no more after it has worked for so long.
pub(super) const GROUP_TIME: Duration = Duration::from_millis(20);

/// A job for the writer.
pub(super) trait WriteJob: Send {
    /// Does it in a savepoint and keeps its result.
    ///
    /// # Errors
    /// The savepoint could not be made, kept or undone: the whole group is lost.
    fn run(&mut self, connection: &mut SqliteConn) -> QueryResult<()>;

    /// Answers, now that it is durable.
    fn kept(self: Box<Self>);

    /// Answers that nothing was done.
    fn lost(self: Box<Self>, error: ExecutorError);
}

pub(super) struct Write<R, F> {
    job: Option<F>,
    result: Option<Result<R, StoreError>>,
    reply: oneshot::Sender<Result<R, StoreError>>,
}

impl<R, F> Write<R, F> {
    pub(super) fn new(job: F, reply: oneshot::Sender<Result<R, StoreError>>) -> Self {
        Self { job: Some(job), result: None, reply }
    }
}

impl<R, F> WriteJob for Write<R, F>
where
    R: Send,
    F: for<'c> FnOnce(&'c mut SqliteConn) -> BoxFuture<'c, Result<R, SqlError>> + Send,
{
    fn run(&mut self, connection: &mut SqliteConn) -> QueryResult<()> {
        let Some(job) = self.job.take() else { return Ok(()) };
        execute(connection, "SAVEPOINT job")?;
        let result = match catch_unwind(AssertUnwindSafe(|| at_once(job(connection)))) {
            Ok(Ok(result)) => result.map_err(StoreError::from),
            Ok(Err(suspended)) => Err(StoreError::Internal(Box::new(suspended))),
            Err(_panic) => Err(StoreError::Internal(Box::new(ExecutorError::Panicked))),
        };
        if result.is_err() {
            execute(connection, "ROLLBACK TO job")?;
        }
        execute(connection, "RELEASE job")?;
        self.result = Some(result);
        Ok(())
    }

    fn kept(self: Box<Self>) {
        let Self { result, reply, .. } = *self;
        answer(reply, result.unwrap_or_else(|| Err(ExecutorError::Closed.unavailable())));
    }

    fn lost(self: Box<Self>, error: ExecutorError) {
        answer(self.reply, Err(error.unavailable()));
    }
}

pub(super) struct Writer {
    path: PathBuf,
    queue: Receiver<Box<dyn WriteJob>>,
    connection: Option<SqliteConn>,
    bell: Bell,
}

impl Writer {
    pub(super) fn open(path: &Path, queue: Receiver<Box<dyn WriteJob>>, bell: Bell) -> Result<Self, ConnectionError> {
        let connection = Some(open_inline(path, Purpose::Write)?);
        Ok(Self { path: path.to_owned(), queue, connection, bell })
    }

    /// Runs until the queue is closed and empty.
    pub(super) fn run(mut self, at_work: &AtomicU32) {
        while let Ok(first) = self.queue.recv_blocking() {
            at_work.fetch_add(1, Ordering::Relaxed);
            let connection = match self.connection.take() {
                Some(connection) => Ok(connection),
                None => open_inline(&self.path, Purpose::Write),
            };
            match connection {
                Ok(connection) => self.connection = self.group(connection, first),
                Err(error) => first.lost(ExecutorError::NotOpen(error)),
            }
            at_work.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Runs the job and what else waits, and answers all. Gives the connection back if it can be used again; closing it
    /// rolls back what was not committed.
    fn group(&self, mut connection: SqliteConn, first: Box<dyn WriteJob>) -> Option<SqliteConn> {
        let (mut jobs, began) = (vec![first], Instant::now());
        match self.transaction(&mut connection, &mut jobs) {
            Ok(()) => {
                figures::batch(jobs.len(), began.elapsed());
                self.bell.ring();
                jobs.into_iter().for_each(|job| job.kept());
                Some(connection)
            }
            Err(error) => {
                tracing::error!(%error, jobs = jobs.len(), "a group of writes was lost");
                drop(connection);
                let error = Arc::new(error);
                jobs.into_iter().for_each(|job| job.lost(ExecutorError::GroupLost(Arc::clone(&error))));
                None
            }
        }
    }

    fn transaction(&self, connection: &mut SqliteConn, jobs: &mut Vec<Box<dyn WriteJob>>) -> QueryResult<()> {
        let started = Instant::now();
        execute(connection, "BEGIN IMMEDIATE")?;
        let mut done = 0;
        while let Some(job) = jobs.get_mut(done) {
            job.run(connection)?;
            done += 1;
            if done < GROUP_SIZE
                && started.elapsed() < GROUP_TIME
                && let Ok(next) = self.queue.try_recv()
            {
                jobs.push(next);
            }
        }
        execute(connection, "COMMIT")
    }
}
