//! Removes what a conversation's organization no longer keeps, some rows at a time.

use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use stead_domain::ports::store::Outcome;

use super::{prelude::Conn, updated};
use crate::{
    error::SqlError,
    types::{DbId, DbTime, SqlTime, SqlUuid},
};

/// What hangs on what goes first. `$1` is the conversation, `$2` the time, `$3` how many rows.
const STATEMENTS: [&str; 12] = [
    "DELETE FROM run_chunks WHERE (run_id, attempt, n, chars_from) IN \
        (SELECT c.run_id, c.attempt, c.n, c.chars_from FROM runs r JOIN run_chunks c ON c.run_id = r.id \
         WHERE r.conversation_id = $1 AND r.created_at < $2 AND r.ended_at IS NOT NULL LIMIT $3)",
    "DELETE FROM run_steps WHERE (run_id, attempt, n) IN \
        (SELECT s.run_id, s.attempt, s.n FROM runs r JOIN run_steps s ON s.run_id = r.id \
         WHERE r.conversation_id = $1 AND r.created_at < $2 AND r.ended_at IS NOT NULL LIMIT $3)",
    "DELETE FROM tool_calls WHERE id IN \
        (SELECT t.id FROM messages m JOIN tool_calls t ON t.message_id = m.id \
         WHERE m.conversation_id = $1 AND m.created_at < $2 AND NOT EXISTS \
            (SELECT 1 FROM runs r WHERE r.id = t.run_id AND r.ended_at IS NULL) LIMIT $3)",
    "DELETE FROM message_files WHERE (message_id, n) IN \
        (SELECT f.message_id, f.n FROM message_files f JOIN messages m ON m.id = f.message_id \
         WHERE f.conversation_id = $1 AND m.created_at < $2 LIMIT $3)",
    "DELETE FROM message_feedback WHERE (message_id, user_id) IN \
        (SELECT f.message_id, f.user_id FROM message_feedback f JOIN messages m ON m.id = f.message_id \
         WHERE f.conversation_id = $1 AND m.created_at < $2 LIMIT $3)",
    "DELETE FROM message_edits WHERE (message_id, version) IN \
        (SELECT x.message_id, x.version FROM message_edits x JOIN messages m ON m.id = x.message_id \
         WHERE x.conversation_id = $1 AND m.created_at < $2 LIMIT $3)",
    "DELETE FROM mentions WHERE (message_id, n) IN \
        (SELECT x.message_id, x.n FROM mentions x JOIN messages m ON m.id = x.message_id \
         WHERE x.conversation_id = $1 AND m.created_at < $2 LIMIT $3)",
    "DELETE FROM reactions WHERE (message_id, emoji, user_id) IN \
        (SELECT x.message_id, x.emoji, x.user_id FROM reactions x JOIN messages m ON m.id = x.message_id \
         WHERE x.conversation_id = $1 AND m.created_at < $2 LIMIT $3)",
    "DELETE FROM pins WHERE (conversation_id, message_id) IN \
        (SELECT x.conversation_id, x.message_id FROM pins x JOIN messages m ON m.id = x.message_id \
         WHERE x.conversation_id = $1 AND m.created_at < $2 LIMIT $3)",
    "DELETE FROM message_sources WHERE (message_id, n) IN \
        (SELECT x.message_id, x.n FROM message_sources x JOIN messages m ON m.id = x.message_id \
         WHERE x.conversation_id = $1 AND m.created_at < $2 LIMIT $3)",
    "DELETE FROM runs WHERE id IN \
        (SELECT id FROM runs WHERE conversation_id = $1 AND created_at < $2 AND ended_at IS NOT NULL LIMIT $3)",
    "DELETE FROM messages WHERE id IN \
        (SELECT m.id FROM messages m WHERE m.conversation_id = $1 AND m.created_at < $2 AND NOT EXISTS \
            (SELECT 1 FROM runs r WHERE r.conversation_id = m.conversation_id AND r.ended_at IS NULL \
                AND (r.trigger_message_id = m.id OR r.answer_message_id = m.id)) LIMIT $3)",
];

/// Removes up to `at_most` rows from before a time.
pub(super) async fn purge(
    conn: &mut Conn,
    conversation: DbId,
    before: DbTime,
    at_most: u32,
) -> Result<Outcome, SqlError> {
    let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
    let mut removed = 0;
    for statement in STATEMENTS {
        // A full page of this kind: there may be more, and what it hangs on has to stay.
        if removed >= at_most {
            break;
        }
        let room = i64::try_from(at_most - removed).unwrap_or(i64::MAX);
        removed += diesel::sql_query(statement)
            .bind::<SqlUuid, _>(conversation)
            .bind::<SqlTime, _>(before)
            .bind::<BigInt, _>(room)
            .execute(conn)
            .await?;
    }
    Ok(updated(removed))
}
