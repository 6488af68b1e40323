//! Removes what is no longer needed, some rows at a time.

use diesel::{prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use stead_domain::ports::store::PruneBefore;

use super::{event_log, prelude::Conn};
use crate::{
    error::SqlError,
    types::{DbTime, SqlTime},
};

/// How many rows of each kind are removed at once.
const AT_MOST: usize = 500;

const IDEMPOTENCY: &str = "DELETE FROM idempotency WHERE (user_id, operation, key, organization_id) IN \
    (SELECT user_id, operation, key, organization_id FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2)";

const RUN_CHUNKS: &str = "DELETE FROM run_chunks WHERE (run_id, attempt, n, chars_from) IN \
    (SELECT c.run_id, c.attempt, c.n, c.chars_from FROM run_chunks c JOIN runs r ON r.id = c.run_id \
     WHERE r.ended_at < $1 LIMIT $2)";

/// A session ends when it expires or is revoked.
const SESSIONS: &str = "DELETE FROM sessions WHERE id IN \
    (SELECT id FROM sessions WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2)";

/// A key ends like a session.
const API_KEYS: &str = "DELETE FROM api_keys WHERE id IN \
    (SELECT id FROM api_keys WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2)";

/// An invitation ends when it is taken, withdrawn or expires.
const INVITATIONS: &str = "DELETE FROM invitations WHERE id IN \
    (SELECT id FROM invitations WHERE expires_at < $1 OR used_at < $1 OR revoked_at < $1 LIMIT $2)";

const USAGE: &str = "DELETE FROM usage WHERE (subject_id, attempt) IN \
    (SELECT subject_id, attempt FROM usage WHERE at < $1 LIMIT $2)";

/// The last of a user stays: it tells when they were last there.
const CONNECTIONS: &str = "DELETE FROM connections WHERE (user_id, node_id) IN \
    (SELECT c.user_id, c.node_id FROM connections c WHERE c.expires_at < $1 AND \
        (EXISTS (SELECT 1 FROM connections n WHERE n.user_id = c.user_id \
            AND (n.active_at, n.node_id) > (c.active_at, c.node_id)) \
        OR NOT EXISTS (SELECT 1 FROM users u WHERE u.id = c.user_id AND u.deleted_at IS NULL)) \
     LIMIT $2)";

/// Removes old rows of each kind; answers whether there may be more of any.
pub(super) async fn prune(conn: &mut Conn, before: PruneBefore) -> Result<bool, SqlError> {
    let at_most = i64::try_from(AT_MOST).unwrap_or(i64::MAX);
    let mut more = event_log::prune(conn, before.events.into(), at_most).await? >= AT_MOST;
    for (statement, before) in [
        (IDEMPOTENCY, before.idempotency),
        (RUN_CHUNKS, before.run_chunks),
        (SESSIONS, before.sessions),
        (API_KEYS, before.sessions),
        (INVITATIONS, before.sessions),
        (USAGE, before.usage),
        (CONNECTIONS, before.connections),
    ] {
        more |= remove(conn, statement, before.into()).await? >= AT_MOST;
    }
    Ok(more)
}

async fn remove(conn: &mut Conn, statement: &'static str, before: DbTime) -> QueryResult<usize> {
    let at_most = i64::try_from(AT_MOST).unwrap_or(i64::MAX);
    diesel::sql_query(statement).bind::<SqlTime, _>(before).bind::<BigInt, _>(at_most).execute(conn).await
}
