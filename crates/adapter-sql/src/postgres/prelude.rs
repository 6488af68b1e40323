//! What the shared statements need to know about Postgres.

use std::sync::Arc;

use diesel::QueryResult;
use diesel_async::RunQueryDsl;
use futures_util::future::BoxFuture;
use stead_domain::ports::store::{Commit, Committed, ConnectionFigures, StoreError};

use super::group::Grouped;
pub(super) use super::words;
pub(super) use super::{
    PostgresStore as SqlStore, channel_news::news, latest_messages::latest_messages, said_before::said_before,
};
use crate::{
    bell::Bell,
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

/// What an event is given beside its place in the table.
pub(super) const EVENT_TRANSACTION: &str = "pg_current_xact_id()";

/// Notes who is connected: `$1` is the node, `$2` the users and their times, `$3` the time. A change that nobody was told yet
/// stays due.
pub(super) const TOUCH_PRESENCE: &str = "INSERT INTO connections \
    (user_id, node_id, organization_id, active_at, active_until, expires_at, due_at) \
    SELECT t.u, $1, t.o, 'epoch'::timestamptz + t.a * interval '1 microsecond', \
        'epoch'::timestamptz + t.l * interval '1 microsecond', 'epoch'::timestamptz + t.e * interval '1 microsecond', \
        'epoch'::timestamptz + t.d * interval '1 microsecond' \
    FROM jsonb_to_recordset($2) AS t (u uuid, o uuid, a bigint, l bigint, e bigint, d bigint) \
    ON CONFLICT (user_id, node_id) DO UPDATE SET organization_id = excluded.organization_id, \
        active_at = excluded.active_at, active_until = excluded.active_until, expires_at = excluded.expires_at, \
        due_at = CASE WHEN connections.due_at <= $3 THEN connections.due_at ELSE excluded.due_at END";

#[diesel::declare_sql_function]
extern "SQL" {
    fn clock_timestamp() -> SqlTime;
}

/// The database's clock.
pub(super) async fn now(conn: &mut Conn) -> QueryResult<DbTime> {
    diesel::select(clock_timestamp()).get_result(conn).await
}

/// From when on an organization `o` keeps its messages, by the database's clock.
macro_rules! kept_since {
    () => {
        "coalesce(clock_timestamp() - o.retention_days * interval '24 hours', '-infinity')"
    };
}

/// A join: Postgres knows best with which side to begin.
macro_rules! join_in_order {
    () => {
        "JOIN"
    };
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

pub(super) use {join_in_order, kept_since, locked, locked_if_free, share_locked};

/// Applies a commit in a transaction of its own.
pub(super) type Alone = for<'c> fn(&'c mut Conn, Arc<Commit>) -> BoxFuture<'c, Result<Committed, SqlError>>;

impl SqlStore {
    /// Applies a commit: with others where it is of the usual kind, else alone.
    pub(super) async fn apply(&self, commit: Commit, alone: Alone) -> Result<Committed, StoreError> {
        let (store, commit) = (self.clone(), Arc::new(commit));
        self.executor
            .detached(async move {
                let tells = !commit.events.is_empty();
                let answer = match store.groups.apply(&store.executor, &commit).await {
                    Grouped::Ended(answer) => answer,
                    Grouped::Alone => store.executor.write(move |conn| alone(conn, Arc::clone(&commit))).await,
                };
                if tells && matches!(answer, Ok(Committed::Done(_))) {
                    store.signals.tell();
                }
                answer
            })
            .await
    }

    pub(super) fn bell(&self) -> &Bell {
        self.signals.bell()
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
