//! Enters what models have used.

use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel_async::RunQueryDsl;
use stead_domain::{
    ports::store::Outcome,
    run::Usage,
    usage::{Account, UsageEntry, UsagePurpose},
};

use super::prelude::Conn;
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::RunRow,
    types::{DbId, DbName, DbTime, SqlTime, SqlUuid},
};

const ADD: &str = "INSERT INTO usage (subject_id, attempt, organization_id, conversation_id, user_id, agent_id, purpose, \
        input_tokens, output_tokens, cached_tokens, cost_micros, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
    ON CONFLICT (subject_id, attempt) DO UPDATE SET input_tokens = usage.input_tokens + excluded.input_tokens, \
        output_tokens = usage.output_tokens + excluded.output_tokens, \
        cached_tokens = usage.cached_tokens + excluded.cached_tokens, \
        cost_micros = usage.cost_micros + excluded.cost_micros";

const ONCE: &str = "INSERT INTO usage (subject_id, attempt, organization_id, conversation_id, user_id, agent_id, purpose, \
        input_tokens, output_tokens, cached_tokens, cost_micros, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (subject_id, attempt) DO NOTHING";

struct Row<'a> {
    subject: DbId,
    attempt: i32,
    organization: DbId,
    conversation: Option<DbId>,
    user: Option<DbId>,
    agent: Option<DbId>,
    purpose: DbName<UsagePurpose>,
    usage: &'a Usage,
    at: DbTime,
}

/// Adds to what an attempt of a run has used. A row of its own, so that runs that end together do not wait for each other.
pub(super) async fn add(conn: &mut Conn, run: &RunRow, used: &Usage) -> Result<(), SqlError> {
    let Usage { input_tokens, output_tokens, cached_tokens: _, cost_micros } = used;
    if *input_tokens == 0 && *output_tokens == 0 && *cost_micros == 0 {
        return Ok(());
    }
    let row = Row {
        subject: run.id,
        attempt: run.attempt,
        organization: run.organization_id,
        conversation: Some(run.conversation_id),
        user: Some(run.requested_by_user_id),
        agent: Some(run.agent_id),
        purpose: run.purpose,
        usage: used,
        at: run.started_at.unwrap_or(run.created_at),
    };
    write(conn, ADD, row).await?;
    Ok(())
}

/// Enters what one question used; a question has no attempts.
pub(super) async fn enter(conn: &mut Conn, entry: &UsageEntry) -> Result<Outcome, SqlError> {
    let UsageEntry { id, account: Account { organization, user, agent, conversation, purpose }, usage, at } = entry;
    let row = Row {
        subject: DbId(*id),
        attempt: 0,
        organization: (*organization).into(),
        conversation: conversation.map(Into::into),
        user: user.map(Into::into),
        agent: agent.map(Into::into),
        purpose: DbName(*purpose),
        usage,
        at: DbTime(*at),
    };
    let rows = write(conn, ONCE, row).await?;
    Ok(if rows > 0 { Outcome::Inserted } else { Outcome::Unchanged })
}

async fn write(conn: &mut Conn, statement: &'static str, row: Row<'_>) -> Result<usize, SqlError> {
    let Usage { input_tokens, output_tokens, cached_tokens, cost_micros } = row.usage;
    let rows = diesel::sql_query(statement)
        .bind::<SqlUuid, _>(row.subject)
        .bind::<Integer, _>(row.attempt)
        .bind::<SqlUuid, _>(row.organization)
        .bind::<Nullable<SqlUuid>, _>(row.conversation)
        .bind::<Nullable<SqlUuid>, _>(row.user)
        .bind::<Nullable<SqlUuid>, _>(row.agent)
        .bind::<Text, _>(row.purpose)
        .bind::<BigInt, _>(input_tokens)
        .bind::<BigInt, _>(output_tokens)
        .bind::<BigInt, _>(cached_tokens.unwrap_or(0))
        .bind::<BigInt, _>(cost_micros)
        .bind::<SqlTime, _>(row.at)
        .prepared()
        .execute(conn)
        .await?;
    Ok(rows)
}
