//! What the shared statements need to know about Postgres.

use diesel::QueryResult;
use diesel_async::RunQueryDsl;
use futures_util::future::BoxFuture;
use stead_domain::ports::store::StoreError;

pub(super) use super::{PostgresStore as SqlStore, latest_messages::latest_messages};
use crate::{
    error::SqlError,
    types::{DbTime, SqlTime},
};

pub(super) type Db = diesel::pg::Pg;
pub(super) type Conn = diesel_async::AsyncPgConnection;

/// Whether a failed statement leaves the transaction usable.
pub(super) const GOES_ON_AFTER_AN_ERROR: bool = false;

/// Transactions become visible in another order than they were numbered: an event is given when every transaction up to
/// its own has ended. Those of an older epoch have long ended.
pub(super) const EVENT_IS_FINAL: &str =
    "(epoch < (SELECT epoch FROM event_epoch) OR transaction_id < pg_snapshot_xmin(pg_current_snapshot()))";

#[diesel::declare_sql_function]
extern "SQL" {
    fn clock_timestamp() -> SqlTime;
}

/// The database's clock.
pub(super) async fn now(conn: &mut Conn) -> QueryResult<DbTime> {
    diesel::select(clock_timestamp()).get_result(conn).await
}

/// Locks the rows against change by others.
macro_rules! share_locked {
    ($query:expr) => {
        $query.for_share()
    };
}

/// Locks the rows for change. (Not against references to them: those do not conflict.)
macro_rules! locked {
    ($query:expr) => {
        $query.for_no_key_update()
    };
}

/// Locks the rows for change and leaves out those that others hold.
macro_rules! locked_if_free {
    ($query:expr) => {
        $query.for_no_key_update().skip_locked()
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
