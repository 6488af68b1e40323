//! SQLite connections that run where they are called: on the writer's or a reader's own thread.

use std::{error::Error, path::Path, time::Duration};

use diesel::{Connection, ConnectionError, QueryResult, SqliteConnection, connection::SimpleConnection};
use diesel_async::{
    RunQueryDsl,
    sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper},
};
use futures_util::{FutureExt, future::BoxFuture};

use crate::prepared::Prepare;

/// A connection whose futures are ready when first polled. (The wrapper's own way, a thread of the runtime for each
/// statement, panics when a future is dropped half way.)
pub type SqliteConn = SyncConnectionWrapper<SqliteConnection, Inline>;

/// How long a statement waits for a lock of another program, say a backup.
pub(in crate::sqlite) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Runs what is to be run at once.
pub struct Inline;

impl SpawnBlocking for Inline {
    fn spawn_blocking<'a, R: Send + 'static>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn Error + Send + Sync + 'static>>> {
        std::future::ready(Ok(task())).boxed()
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sqlite) enum Purpose {
    Write,
    Read,
}

/// Opens a connection with the settings that every one of ours has.
pub(in crate::sqlite) fn open(path: &Path, purpose: Purpose) -> Result<SqliteConnection, ConnectionError> {
    let path = path.to_str().ok_or_else(|| ConnectionError::BadConnection("the path is not UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(path)?;
    let query_only = match purpose {
        Purpose::Write => "OFF",
        Purpose::Read => "ON",
    };
    let settings = format!(
        "PRAGMA busy_timeout = {};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -32768;
         PRAGMA temp_store = MEMORY;
         PRAGMA query_only = {query_only};",
        BUSY_TIMEOUT.as_millis(),
    );
    connection.batch_execute(&settings).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

pub(super) fn open_inline(path: &Path, purpose: Purpose) -> Result<SqliteConn, ConnectionError> {
    Ok(SqliteConn::with_runtime(open(path, purpose)?, Inline))
}

/// A job awaited something other than its connection.
#[derive(Debug, thiserror::Error)]
#[error("a job on a SQLite connection waited for something else")]
pub(super) struct Suspended;

/// The output of a future that awaits nothing but an [`Inline`] connection.
pub(super) fn at_once<F: Future>(future: F) -> Result<F::Output, Suspended> {
    future.now_or_never().ok_or(Suspended)
}

/// Runs a statement without parameters.
pub(super) fn execute(connection: &mut SqliteConn, sql: &str) -> QueryResult<()> {
    at_once(diesel::sql_query(sql).prepared().execute(connection))
        .unwrap_or_else(|suspended| Err(diesel::result::Error::QueryBuilderError(Box::new(suspended))))
        .map(drop)
}
