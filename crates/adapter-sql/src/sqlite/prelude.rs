//! What the shared statements need to know about SQLite.

use std::sync::Arc;

use diesel::{QueryResult, dsl::sql};
use diesel_async::RunQueryDsl;
use futures_util::future::BoxFuture;
use stead_domain::ports::store::{Commit, Committed, ConnectionFigures, StoreError};

pub(super) use super::words;
pub(super) use super::{
    SqliteStore as SqlStore, channel_news::news, executor::SqliteConn as Conn, latest_messages::latest_messages,
    said_before::said_before,
};
use crate::{
    bell::Bell,
    error::SqlError,
    prepared::Prepare,
    types::{DbTime, SqlTime},
};

pub(super) type Db = diesel::sqlite::Sqlite;

/// Whether a failed statement leaves the transaction usable. SQLite names whichever unique index it finds violated
/// first, so an insert that failed is asked about its id.
pub(super) const GOES_ON_AFTER_AN_ERROR: bool = true;

/// There is one writer: what is committed is final, in the order of its place.
pub(super) const EVENT_IS_FINAL: &str = "TRUE";

/// What an event is given beside its place in the table: see `number_the_opening`.
pub(super) const EVENT_TRANSACTION: &str = "(SELECT CAST(system_identifier AS INTEGER) FROM event_epoch)";

/// Notes who is connected: `$1` is the node, `$2` the users and their times, `$3` the time. A change that nobody was told yet
/// stays due.
pub(super) const TOUCH_PRESENCE: &str = "INSERT INTO connections \
    (user_id, node_id, organization_id, active_at, active_until, expires_at, due_at) \
    SELECT unhex(value ->> 'u'), $1, unhex(value ->> 'o'), value ->> 'a', value ->> 'l', value ->> 'e', value ->> 'd' \
    FROM json_each($2) WHERE TRUE \
    ON CONFLICT (user_id, node_id) DO UPDATE SET organization_id = excluded.organization_id, \
        active_at = excluded.active_at, active_until = excluded.active_until, expires_at = excluded.expires_at, \
        due_at = CASE WHEN connections.due_at <= $3 THEN connections.due_at ELSE excluded.due_at END";

/// The database's clock, which is this machine's.
pub(super) async fn now(conn: &mut Conn) -> QueryResult<DbTime> {
    let micros = sql::<SqlTime>("CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000");
    diesel::select(micros).prepared().get_result(conn).await
}

/// From when on an organization `o` keeps its messages, by the database's clock.
macro_rules! kept_since {
    () => {
        "coalesce(CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000 - o.retention_days * 86400000000, \
            -9223372036854775807)"
    };
}

/// A join whose left side is gone through first: without figures about its tables SQLite may otherwise go through all of the
/// right one.
macro_rules! join_in_order {
    () => {
        "CROSS JOIN"
    };
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

pub(super) use {join_in_order, kept_since, locked, locked_if_free, share_locked};

/// Applies a commit in a savepoint of its own.
pub(super) type Alone = for<'c> fn(&'c mut Conn, Arc<Commit>) -> BoxFuture<'c, Result<Committed, SqlError>>;

impl SqlStore {
    /// Applies a commit. The writer groups whatever waits.
    pub(super) async fn apply(&self, commit: Commit, alone: Alone) -> Result<Committed, StoreError> {
        let commit = Arc::new(commit);
        self.write(move |conn| alone(conn, Arc::clone(&commit))).await
    }

    pub(super) fn bell(&self) -> &Bell {
        self.executor.bell()
    }

    pub(super) fn connections(&self) -> ConnectionFigures {
        self.executor.connections()
    }

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
