//! Removes what deleted users and organizations leave, some rows at a time.

use diesel::{prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use stead_domain::{Timestamp, ports::store::Outcome};

use super::{
    prelude::{Conn, locked},
    purge::{purge_findable, remove},
    thread, updated,
};
use crate::{
    error::SqlError,
    schema::{organizations, threads, users},
    types::{DbId, DbTime, SqlTime, SqlUuid},
};

/// What hangs on what goes first. `$1` is the organization, `$2` how many rows.
const OF_ORGANIZATION: [&str; 39] = [
    "DELETE FROM run_chunks WHERE (run_id, attempt, n, chars_from) IN \
        (SELECT c.run_id, c.attempt, c.n, c.chars_from FROM runs r JOIN run_chunks c ON c.run_id = r.id \
         WHERE r.organization_id = $1 LIMIT $2)",
    "DELETE FROM run_steps WHERE (run_id, attempt, n) IN \
        (SELECT s.run_id, s.attempt, s.n FROM runs r JOIN run_steps s ON s.run_id = r.id \
         WHERE r.organization_id = $1 LIMIT $2)",
    "DELETE FROM tool_calls WHERE id IN (SELECT id FROM tool_calls WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM message_files WHERE (message_id, n) IN \
        (SELECT message_id, n FROM message_files WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM message_feedback WHERE (message_id, user_id) IN \
        (SELECT message_id, user_id FROM message_feedback WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM thread_files WHERE (conversation_id, n) IN \
        (SELECT conversation_id, n FROM thread_files WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM message_edits WHERE (message_id, version) IN \
        (SELECT message_id, version FROM message_edits WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM mentions WHERE (message_id, n) IN \
        (SELECT message_id, n FROM mentions WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM reactions WHERE (message_id, emoji, user_id) IN \
        (SELECT message_id, emoji, user_id FROM reactions WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM pins WHERE (conversation_id, message_id) IN \
        (SELECT conversation_id, message_id FROM pins WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM read_markers WHERE (conversation_id, user_id) IN \
        (SELECT conversation_id, user_id FROM read_markers WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM notification_levels WHERE (conversation_id, user_id) IN \
        (SELECT conversation_id, user_id FROM notification_levels WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM files WHERE id IN (SELECT id FROM files WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM message_sources WHERE (message_id, n) IN \
        (SELECT message_id, n FROM message_sources WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM members WHERE id IN (SELECT id FROM members WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM channels WHERE id IN (SELECT id FROM channels WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM threads WHERE id IN (SELECT id FROM threads WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM conversations WHERE id IN (SELECT id FROM conversations WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM personas WHERE user_id IN (SELECT user_id FROM personas WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM invitations WHERE id IN (SELECT id FROM invitations WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM agent_tools WHERE (agent_id, mcp_server_id) IN \
        (SELECT agent_id, mcp_server_id FROM agent_tools WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM mcp_tools WHERE (mcp_server_id, name) IN \
        (SELECT mcp_server_id, name FROM mcp_tools WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM mcp_servers WHERE id IN (SELECT id FROM mcp_servers WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM agents WHERE id IN (SELECT id FROM agents WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM idempotency WHERE (user_id, operation, key, organization_id) IN \
        (SELECT user_id, operation, key, organization_id FROM idempotency WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM usage WHERE (subject_id, attempt) IN \
        (SELECT subject_id, attempt FROM usage WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM user_status WHERE user_id IN (SELECT user_id FROM user_status WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM connections WHERE (user_id, node_id) IN \
        (SELECT user_id, node_id FROM connections WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM embeddings WHERE (organization_id, kind, source_id, chunk, conversation_id) IN \
        (SELECT organization_id, kind, source_id, chunk, conversation_id FROM embeddings \
         WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM embedding_places WHERE (organization_id, conversation_id) IN \
        (SELECT organization_id, conversation_id FROM embedding_places WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM embedded_sources WHERE (kind, source_id) IN \
        (SELECT kind, source_id FROM embedded_sources WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM log_walks WHERE (follower, organization_id) IN \
        (SELECT follower, organization_id FROM log_walks WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM users WHERE id IN (SELECT id FROM users WHERE organization_id = $1 LIMIT $2)",
    "DELETE FROM organizations WHERE id IN (SELECT id FROM organizations WHERE id = $1 LIMIT $2)",
];

/// Removes up to `at_most` rows; unchanged where the organization is not there or not deleted.
pub(super) async fn organization(conn: &mut Conn, id: DbId, at_most: u32) -> Result<Outcome, SqlError> {
    let deleted = organizations::table
        .filter(organizations::id.eq(id))
        .filter(organizations::deleted_at.is_not_null())
        .select(organizations::id);
    if locked!(deleted).first::<DbId>(conn).await.optional()?.is_none() {
        return Ok(Outcome::Unchanged);
    }
    Ok(updated(remove(conn, &OF_ORGANIZATION, id, at_most).await?))
}

/// The messages of `$1`, and those in their stead, that are emptied. (Each by its own index.)
macro_rules! emptied {
    () => {
        "(SELECT id FROM messages WHERE author_user_id = $1 AND deleted_at IS NOT NULL \
          UNION ALL SELECT id FROM messages WHERE on_behalf_of_user_id = $1 AND deleted_at IS NOT NULL)"
    };
}

/// `$1` is the user, `$2` how many rows.
const OF_USER: [&str; 19] = [
    concat!(
        "DELETE FROM search_messages WHERE message_id IN \
            (SELECT x.message_id FROM search_messages x WHERE x.message_id IN ",
        emptied!(),
        " LIMIT $2)"
    ),
    concat!(
        "DELETE FROM message_files WHERE (message_id, n) IN \
            (SELECT x.message_id, x.n FROM message_files x WHERE x.message_id IN ",
        emptied!(),
        " LIMIT $2)"
    ),
    concat!(
        "DELETE FROM message_edits WHERE (message_id, version) IN \
            (SELECT x.message_id, x.version FROM message_edits x WHERE x.message_id IN ",
        emptied!(),
        " LIMIT $2)"
    ),
    concat!(
        "DELETE FROM mentions WHERE (message_id, n) IN \
            (SELECT x.message_id, x.n FROM mentions x WHERE x.message_id IN ",
        emptied!(),
        " LIMIT $2)"
    ),
    concat!(
        "DELETE FROM reactions WHERE (message_id, emoji, user_id) IN \
            (SELECT x.message_id, x.emoji, x.user_id FROM reactions x WHERE x.message_id IN ",
        emptied!(),
        " LIMIT $2)"
    ),
    concat!(
        "DELETE FROM pins WHERE (conversation_id, message_id) IN \
            (SELECT x.conversation_id, x.message_id FROM messages m \
             JOIN pins x ON x.conversation_id = m.conversation_id AND x.message_id = m.id WHERE m.id IN ",
        emptied!(),
        " LIMIT $2)"
    ),
    concat!(
        "DELETE FROM message_sources WHERE (message_id, n) IN \
            (SELECT x.message_id, x.n FROM message_sources x WHERE x.message_id IN ",
        emptied!(),
        " LIMIT $2)"
    ),
    concat!(
        "DELETE FROM tool_calls WHERE id IN (SELECT x.id FROM tool_calls x WHERE x.message_id IN ",
        emptied!(),
        " LIMIT $2)"
    ),
    // What the runs that wrote in their stead keep of their texts.
    "DELETE FROM run_chunks WHERE (run_id, attempt, n, chars_from) IN \
        (SELECT x.run_id, x.attempt, x.n, x.chars_from FROM messages m JOIN run_chunks x ON x.run_id = m.run_id \
         WHERE m.on_behalf_of_user_id = $1 AND m.deleted_at IS NOT NULL LIMIT $2)",
    "DELETE FROM run_steps WHERE (run_id, attempt, n) IN \
        (SELECT x.run_id, x.attempt, x.n FROM messages m JOIN run_steps x ON x.run_id = m.run_id \
         WHERE m.on_behalf_of_user_id = $1 AND m.deleted_at IS NOT NULL LIMIT $2)",
    "DELETE FROM reactions WHERE (message_id, emoji, user_id) IN \
        (SELECT message_id, emoji, user_id FROM reactions WHERE user_id = $1 LIMIT $2)",
    "DELETE FROM read_markers WHERE (conversation_id, user_id) IN \
        (SELECT conversation_id, user_id FROM read_markers WHERE user_id = $1 LIMIT $2)",
    "DELETE FROM notification_levels WHERE (conversation_id, user_id) IN \
        (SELECT conversation_id, user_id FROM notification_levels WHERE user_id = $1 LIMIT $2)",
    "DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys WHERE user_id = $1 LIMIT $2)",
    "DELETE FROM personas WHERE user_id IN (SELECT user_id FROM personas WHERE user_id = $1 LIMIT $2)",
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = $1 LIMIT $2)",
    "DELETE FROM user_status WHERE user_id IN (SELECT user_id FROM user_status WHERE user_id = $1 LIMIT $2)",
    "DELETE FROM connections WHERE (user_id, node_id) IN \
        (SELECT user_id, node_id FROM connections WHERE user_id = $1 LIMIT $2)",
    "DELETE FROM idempotency WHERE (user_id, operation, key, organization_id) IN \
        (SELECT user_id, operation, key, organization_id FROM idempotency WHERE user_id = $1 LIMIT $2)",
];

/// A tombstone keeps the place. `$1` is the time, `$2` the user, `$3` how many rows. (SQLite counts them as they come.)
const EMPTY_MESSAGES: &str = "UPDATE messages SET content = '', content_html = '', metadata = '{}', client_id = NULL, \
    deleted_at = $1, version = version + 1 WHERE id IN \
    (SELECT id FROM messages WHERE author_user_id = $2 AND deleted_at IS NULL \
     UNION ALL SELECT id FROM messages WHERE on_behalf_of_user_id = $2 AND deleted_at IS NULL LIMIT $3)";

/// Removes or empties up to `at_most` rows; unchanged where the user is not deleted or nothing is left. In one go either
/// rows of one of their threads, or what else there is.
pub(super) async fn user(conn: &mut Conn, id: DbId, at: Timestamp, at_most: u32) -> Result<Outcome, SqlError> {
    let deleted = users::table.filter(users::id.eq(id)).filter(users::deleted_at.is_not_null()).select(users::id);
    if deleted.first::<DbId>(conn).await.optional()?.is_none() {
        return Ok(Outcome::Unchanged);
    }
    let own = threads::table.filter(threads::user_id.eq(id)).select(threads::id).order(threads::id);
    if let Some(conversation) = own.first::<DbId>(conn).await.optional()? {
        // Where somebody deleted it before, this changes nothing.
        thread::delete(conn, conversation.into(), at).await?;
        return Ok(updated(purge_findable(conn, conversation, at_most).await?));
    }
    let room = i64::from(at_most);
    let emptied = diesel::sql_query(EMPTY_MESSAGES)
        .bind::<SqlTime, _>(DbTime(at))
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(room)
        .execute(conn)
        .await?;
    let left = at_most.saturating_sub(u32::try_from(emptied).unwrap_or(u32::MAX));
    let removed = if left == 0 { 0 } else { remove(conn, &OF_USER, id, left).await? };
    Ok(updated(emptied + removed))
}
