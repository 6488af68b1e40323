//! Removes the rows of a deleted conversation, some at a time.

use diesel::{prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use stead_domain::ports::store::Outcome;

use super::{
    prelude::{Conn, locked},
    updated,
};
use crate::{
    error::SqlError,
    schema::conversations,
    types::{DbId, SqlUuid},
};

/// What hangs on what goes first. `$1` is the conversation, `$2` how many rows.
const STATEMENTS: [&str; 19] = [
    "DELETE FROM run_chunks WHERE (run_id, attempt, n, chars_from) IN \
        (SELECT c.run_id, c.attempt, c.n, c.chars_from FROM runs r JOIN run_chunks c ON c.run_id = r.id \
         WHERE r.conversation_id = $1 LIMIT $2)",
    "DELETE FROM run_steps WHERE (run_id, attempt, n) IN \
        (SELECT s.run_id, s.attempt, s.n FROM runs r JOIN run_steps s ON s.run_id = r.id \
         WHERE r.conversation_id = $1 LIMIT $2)",
    "DELETE FROM tool_calls WHERE id IN \
        (SELECT t.id FROM messages m JOIN tool_calls t ON t.message_id = m.id WHERE m.conversation_id = $1 LIMIT $2)",
    "DELETE FROM message_files WHERE (message_id, n) IN \
        (SELECT message_id, n FROM message_files WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM message_feedback WHERE (message_id, user_id) IN \
        (SELECT message_id, user_id FROM message_feedback WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM thread_files WHERE (conversation_id, n) IN \
        (SELECT conversation_id, n FROM thread_files WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM message_edits WHERE (message_id, version) IN \
        (SELECT message_id, version FROM message_edits WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM mentions WHERE (message_id, n) IN \
        (SELECT message_id, n FROM mentions WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM reactions WHERE (message_id, emoji, user_id) IN \
        (SELECT message_id, emoji, user_id FROM reactions WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM pins WHERE (conversation_id, message_id) IN \
        (SELECT conversation_id, message_id FROM pins WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM read_markers WHERE (conversation_id, user_id) IN \
        (SELECT conversation_id, user_id FROM read_markers WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM notification_levels WHERE (conversation_id, user_id) IN \
        (SELECT conversation_id, user_id FROM notification_levels WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM message_sources WHERE (message_id, n) IN \
        (SELECT message_id, n FROM message_sources WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM members WHERE id IN (SELECT id FROM members WHERE conversation_id = $1 LIMIT $2)",
    "DELETE FROM channels WHERE id IN (SELECT id FROM channels WHERE id = $1 LIMIT $2)",
    "DELETE FROM threads WHERE id IN (SELECT id FROM threads WHERE id = $1 LIMIT $2)",
    "DELETE FROM conversations WHERE id IN (SELECT id FROM conversations WHERE id = $1 LIMIT $2)",
];

/// Removes up to `at_most` rows; unchanged where the conversation is not there or not deleted.
pub(super) async fn purge(conn: &mut Conn, conversation: DbId, at_most: u32) -> Result<Outcome, SqlError> {
    let deleted = conversations::table
        .filter(conversations::id.eq(conversation))
        .filter(conversations::deleted_at.is_not_null())
        .select(conversations::id);
    if locked!(deleted).first::<DbId>(conn).await.optional()?.is_none() {
        return Ok(Outcome::Unchanged);
    }
    Ok(updated(remove(conn, &STATEMENTS, conversation, at_most).await?))
}

/// Removes the rows of a deleted conversation that hang on it, then, together, its own: as long as it is not done, it
/// can be found. Answers how many, which is at most `at_most`, and two at least.
pub(super) async fn purge_findable(conn: &mut Conn, conversation: DbId, at_most: u32) -> Result<usize, SqlError> {
    let (hanging, own) = STATEMENTS.split_at(STATEMENTS.len() - 2);
    let at_most = at_most.max(2);
    let removed = remove(conn, hanging, conversation, at_most).await?;
    let has_room = removed + 2 <= usize::try_from(at_most).unwrap_or(usize::MAX);
    let last = if has_room { remove(conn, own, conversation, 2).await? } else { 0 };
    Ok(removed + last)
}

/// Carries out statements in their order until they have removed `at_most` rows; answers how many. `$1` in them is `of`,
/// `$2` how many rows.
pub(super) async fn remove(
    conn: &mut Conn,
    statements: &[&'static str],
    of: DbId,
    at_most: u32,
) -> Result<usize, SqlError> {
    let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
    let mut removed = 0;
    for statement in statements {
        // A full page of this kind: there may be more, and what it hangs on has to stay.
        if removed >= at_most {
            break;
        }
        let room = i64::try_from(at_most - removed).unwrap_or(i64::MAX);
        removed += diesel::sql_query(*statement).bind::<SqlUuid, _>(of).bind::<BigInt, _>(room).execute(conn).await?;
    }
    Ok(removed)
}
