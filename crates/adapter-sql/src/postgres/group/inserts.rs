//! New threads, messages and runs.

use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use stead_domain::{
    MemberId,
    ports::store::{Change, ChannelMessageChange, MessageChange, RunChange, ThreadChange},
    run::RunStatus,
    thread::Thread,
};

use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::{ConversationRow, MemberRow, MentionRow, MessageRow, RunRow, ThreadRow},
    types::{DbName, SqlJson, SqlTime, SqlUuid},
};

const CONVERSATIONS: &str = "INSERT INTO conversations \
    (id, organization_id, kind, unique_key, version, created_at, updated_at, deleted_at) \
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)";

const THREADS: &str = "INSERT INTO threads \
    (id, organization_id, agent_id, user_id, channel_id, title, title_source, metadata, archived, \
     last_activity_at) \
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const MEMBERS: &str = "INSERT INTO members \
    (id, organization_id, conversation_id, user_id, agent_id, role, joined_at, left_at) \
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)";

const MESSAGES: &str = "INSERT INTO messages \
    (id, organization_id, conversation_id, author_kind, author_user_id, author_agent_id, on_behalf_of_user_id, role, \
     from_ai, content, content_html, metadata, reply_to_id, branch_parent_id, active, run_id, status, client_id, version, \
     created_at, edited_at) \
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";

const MENTIONS: &str = "INSERT INTO mentions \
    (message_id, n, organization_id, conversation_id, kind, user_id, agent_id) \
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)";

const RUNS: &str = "INSERT INTO runs \
    (id, organization_id, conversation_id, agent_id, requested_by_user_id, purpose, trigger_message_id, answer_message_id, \
     status, attempt, fence, cancel_requested, model, prompt_version, error_code, error_message, input_tokens, \
     output_tokens, cached_tokens, cost_micros, created_at, queued_at, started_at, ended_at) \
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";

/// Makes threads, each with its one member.
pub(super) async fn insert_threads(conn: &AsyncPgConnection, changes: &[&Change]) -> Result<(), SqlError> {
    let threads: Vec<(&Thread, MemberId)> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Thread(ThreadChange::Insert(thread, member)) => Some((thread, *member)),
            _ => None,
        })
        .collect();
    if threads.is_empty() {
        return Ok(());
    }
    let (conversations, own, members) = futures_util::join!(
        insert_conversations(conn, threads.iter().map(|(thread, _)| ConversationRow::from(*thread)).collect()),
        insert_own(conn, threads.iter().map(|(thread, _)| ThreadRow::from(*thread)).collect()),
        insert_members(conn, threads.iter().map(|(thread, member)| MemberRow::of_thread(thread, *member)).collect()),
    );
    conversations?;
    own?;
    members
}

async fn insert_conversations(mut conn: &AsyncPgConnection, rows: Vec<ConversationRow>) -> Result<(), SqlError> {
    diesel::sql_query(CONVERSATIONS)
        .bind::<Array<SqlUuid>, _>(column!(rows, id))
        .bind::<Array<SqlUuid>, _>(column!(rows, organization_id))
        .bind::<Array<Text>, _>(column!(rows, kind))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, unique_key))
        .bind::<Array<BigInt>, _>(column!(rows, version))
        .bind::<Array<SqlTime>, _>(column!(rows, created_at))
        .bind::<Array<SqlTime>, _>(column!(rows, updated_at))
        .bind::<Array<Nullable<SqlTime>>, _>(column!(rows, deleted_at))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

async fn insert_own(mut conn: &AsyncPgConnection, rows: Vec<ThreadRow>) -> Result<(), SqlError> {
    diesel::sql_query(THREADS)
        .bind::<Array<SqlUuid>, _>(column!(rows, id))
        .bind::<Array<SqlUuid>, _>(column!(rows, organization_id))
        .bind::<Array<SqlUuid>, _>(column!(rows, agent_id))
        .bind::<Array<SqlUuid>, _>(column!(rows, user_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, channel_id))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, title))
        .bind::<Array<Text>, _>(column!(rows, title_source))
        .bind::<Array<SqlJson>, _>(column!(rows, metadata))
        .bind::<Array<Bool>, _>(column!(rows, archived))
        .bind::<Array<SqlTime>, _>(column!(rows, last_activity_at))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

async fn insert_members(mut conn: &AsyncPgConnection, rows: Vec<MemberRow>) -> Result<(), SqlError> {
    diesel::sql_query(MEMBERS)
        .bind::<Array<SqlUuid>, _>(column!(rows, id))
        .bind::<Array<SqlUuid>, _>(column!(rows, organization_id))
        .bind::<Array<SqlUuid>, _>(column!(rows, conversation_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, user_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, agent_id))
        .bind::<Array<Text>, _>(column!(rows, role))
        .bind::<Array<SqlTime>, _>(column!(rows, joined_at))
        .bind::<Array<Nullable<SqlTime>>, _>(column!(rows, left_at))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub(super) async fn insert_messages(mut conn: &AsyncPgConnection, changes: &[&Change]) -> Result<(), SqlError> {
    let messages = changes.iter().filter_map(|change| match change {
        Change::Message(MessageChange::Insert(message)) => Some(MessageRow::from(message)),
        _ => None,
    });
    let rows: Vec<MessageRow> = messages.collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(MESSAGES)
        .bind::<Array<SqlUuid>, _>(column!(rows, id))
        .bind::<Array<SqlUuid>, _>(column!(rows, organization_id))
        .bind::<Array<SqlUuid>, _>(column!(rows, conversation_id))
        .bind::<Array<Text>, _>(column!(rows, author_kind))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, author_user_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, author_agent_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, on_behalf_of_user_id))
        .bind::<Array<Text>, _>(column!(rows, role))
        .bind::<Array<Bool>, _>(column!(rows, from_ai))
        .bind::<Array<Text>, _>(column!(rows, content))
        .bind::<Array<Text>, _>(column!(rows, content_html))
        .bind::<Array<SqlJson>, _>(column!(rows, metadata))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, reply_to_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, branch_parent_id))
        .bind::<Array<Bool>, _>(column!(rows, active))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, run_id))
        .bind::<Array<Text>, _>(column!(rows, status))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, client_id))
        .bind::<Array<BigInt>, _>(column!(rows, version))
        .bind::<Array<SqlTime>, _>(column!(rows, created_at))
        .bind::<Array<Nullable<SqlTime>>, _>(column!(rows, edited_at))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub(super) async fn insert_mentions(mut conn: &AsyncPgConnection, changes: &[&Change]) -> Result<(), SqlError> {
    let rows: Vec<MentionRow> = changes
        .iter()
        .filter_map(|change| match change {
            Change::ChannelMessage(ChannelMessageChange::Mention { organization, channel, message, mentions }) => {
                Some(MentionRow::of(*organization, *channel, *message, mentions))
            }
            _ => None,
        })
        .flatten()
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(MENTIONS)
        .bind::<Array<SqlUuid>, _>(column!(rows, message_id))
        .bind::<Array<Integer>, _>(column!(rows, n))
        .bind::<Array<SqlUuid>, _>(column!(rows, organization_id))
        .bind::<Array<SqlUuid>, _>(column!(rows, conversation_id))
        .bind::<Array<Text>, _>(column!(rows, kind))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, user_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, agent_id))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}

pub(super) async fn insert_runs(mut conn: &AsyncPgConnection, changes: &[&Change]) -> Result<(), SqlError> {
    let runs = changes.iter().filter_map(|change| match change {
        Change::Run(RunChange::Insert(run)) => {
            Some(RunRow { status: DbName(RunStatus::Queued), attempt: 0, ..RunRow::from(run) })
        }
        _ => None,
    });
    let rows: Vec<RunRow> = runs.collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(RUNS)
        .bind::<Array<SqlUuid>, _>(column!(rows, id))
        .bind::<Array<SqlUuid>, _>(column!(rows, organization_id))
        .bind::<Array<SqlUuid>, _>(column!(rows, conversation_id))
        .bind::<Array<SqlUuid>, _>(column!(rows, agent_id))
        .bind::<Array<SqlUuid>, _>(column!(rows, requested_by_user_id))
        .bind::<Array<Text>, _>(column!(rows, purpose))
        .bind::<Array<SqlUuid>, _>(column!(rows, trigger_message_id))
        .bind::<Array<Nullable<SqlUuid>>, _>(column!(rows, answer_message_id))
        .bind::<Array<Text>, _>(column!(rows, status))
        .bind::<Array<Integer>, _>(column!(rows, attempt))
        .bind::<Array<BigInt>, _>(column!(rows, fence))
        .bind::<Array<Bool>, _>(column!(rows, cancel_requested))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, model))
        .bind::<Array<Integer>, _>(column!(rows, prompt_version))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, error_code))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, error_message))
        .bind::<Array<BigInt>, _>(column!(rows, input_tokens))
        .bind::<Array<BigInt>, _>(column!(rows, output_tokens))
        .bind::<Array<Nullable<BigInt>>, _>(column!(rows, cached_tokens))
        .bind::<Array<BigInt>, _>(column!(rows, cost_micros))
        .bind::<Array<SqlTime>, _>(column!(rows, created_at))
        .bind::<Array<SqlTime>, _>(column!(rows, queued_at))
        .bind::<Array<Nullable<SqlTime>>, _>(column!(rows, started_at))
        .bind::<Array<Nullable<SqlTime>>, _>(column!(rows, ended_at))
        .prepared()
        .execute(&mut conn)
        .await?;
    Ok(())
}
