//! What the shared statements need to know about SQLite.

use diesel::{QueryResult, dsl::sql};
use diesel_async::RunQueryDsl;
use futures_util::future::BoxFuture;
use stead_domain::ports::store::StoreError;

pub(super) use super::{SqliteStore as SqlStore, executor::SqliteConn as Conn, latest_messages::latest_messages};
use crate::{
    error::SqlError,
    types::{DbTime, SqlTime},
};

pub(super) type Db = diesel::sqlite::Sqlite;

/// Whether a failed statement leaves the transaction usable. SQLite names whichever unique index it finds violated
/// first, so an insert that failed is asked about its id.
pub(super) const GOES_ON_AFTER_AN_ERROR: bool = true;

/// There is one writer: what is committed is final, in the order of its place.
pub(super) const EVENT_IS_FINAL: &str = "TRUE";

/// The database's clock, which is this machine's.
pub(super) async fn now(conn: &mut Conn) -> QueryResult<DbTime> {
    let micros = sql::<SqlTime>("CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000");
    diesel::select(micros).get_result(conn).await
}

/// Locks the rows against change by others: there are no others.
macro_rules! share_locked {
    ($query:expr) => {
        $query
    };
}

/// Locks the rows for change: there is nobody else.
macro_rules! locked {
    ($query:expr) => {
        $query
    };
}

/// Locks the rows for change and leaves out those that others hold: there is nobody else.
macro_rules! locked_if_free {
    ($query:expr) => {
        $query
    };
}

pub(super) use {locked, locked_if_free, share_locked};

impl SqlStore {
    pub(super) async fn read<R: Send + 'static>(
        &self,
        job: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<R, SqlError>> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.executor.read(job).await
    }

    pub(super) async fn write<R: Send + 'static>(
        &self,
        job: impl for<'c> Fn(&'c mut Conn) -> BoxFuture<'c, Result<R, SqlError>> + Send + Sync + 'static,
    ) -> Result<R, StoreError> {
        self.executor.write(job).await
    }
}
