//! Enters what models have used.

use diesel::sql_types::{BigInt, Integer, Text};
use diesel_async::RunQueryDsl;
use stead_domain::run::Usage;

use super::prelude::Conn;
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::RunRow,
    types::{SqlTime, SqlUuid},
};

/// As it will be told apart from what else models are asked for.
const TURN: &str = "turn";

const ENTER: &str = "INSERT INTO usage (subject_id, attempt, organization_id, conversation_id, user_id, agent_id, purpose, \
        input_tokens, output_tokens, cached_tokens, cost_micros, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
    ON CONFLICT (subject_id, attempt) DO UPDATE SET input_tokens = usage.input_tokens + excluded.input_tokens, \
        output_tokens = usage.output_tokens + excluded.output_tokens, \
        cached_tokens = usage.cached_tokens + excluded.cached_tokens, \
        cost_micros = usage.cost_micros + excluded.cost_micros";

/// Adds to what an attempt of a run has used. A row of its own, so that runs that end together do not wait for each other.
pub(super) async fn enter(conn: &mut Conn, run: &RunRow, used: &Usage) -> Result<(), SqlError> {
    let Usage { input_tokens, output_tokens, cached_tokens, cost_micros } = used;
    if *input_tokens == 0 && *output_tokens == 0 && *cost_micros == 0 {
        return Ok(());
    }
    diesel::sql_query(ENTER)
        .bind::<SqlUuid, _>(run.id)
        .bind::<Integer, _>(run.attempt)
        .bind::<SqlUuid, _>(run.organization_id)
        .bind::<SqlUuid, _>(run.conversation_id)
        .bind::<SqlUuid, _>(run.requested_by_user_id)
        .bind::<SqlUuid, _>(run.agent_id)
        .bind::<Text, _>(TURN)
        .bind::<BigInt, _>(input_tokens)
        .bind::<BigInt, _>(output_tokens)
        .bind::<BigInt, _>(cached_tokens.unwrap_or(0))
        .bind::<BigInt, _>(cost_micros)
        .bind::<SqlTime, _>(run.started_at.unwrap_or(run.created_at))
        .prepared()
        .execute(conn)
        .await?;
    Ok(())
}
