//! The ends of answers: their texts, the steps they took, and their runs.

use std::collections::HashSet;

use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use stead_domain::{
    message::MessageStatus,
    ports::store::{Change, FinishMessage, FinishRun, MessageChange, RunChange},
};

use super::changes::{Changed, StepKey};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::{LIVE, RunStepRow},
    types::{DbId, DbJson, DbName, DbTime, SqlJson, SqlTime, SqlUuid},
};

const MESSAGES: &str = "UPDATE messages SET content = ended.content, content_html = ended.content_html, \
        metadata = ended.metadata, status = ended.status, version = messages.version + 1 \
    FROM unnest($1, $2, $3, $4, $5) AS ended (id, content, content_html, metadata, status) \
    WHERE messages.id = ended.id AND messages.status = ANY ($6) RETURNING messages.id";

/// `xmax` is zero in a row that was not there before.
const STEPS: &str = "INSERT INTO run_steps \
    (run_id, attempt, n, kind, text, tool_call_ids, state, input_tokens, output_tokens, cached_tokens, cost_micros) \
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
    ON CONFLICT (run_id, attempt, n) DO UPDATE SET kind = excluded.kind, text = excluded.text, \
        tool_call_ids = excluded.tool_call_ids, state = excluded.state, input_tokens = excluded.input_tokens, \
        output_tokens = excluded.output_tokens, cached_tokens = excluded.cached_tokens, cost_micros = excluded.cost_micros \
    RETURNING run_id, attempt, n, xmax = 0 AS is_new";

/// Enters what they used too, as for a commit alone.
const RUNS: &str = "WITH ended AS (SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS ended \
        (id, status, model, error_code, error_message, input_tokens, output_tokens, cached_tokens, cost_micros, at)), \
    over AS (UPDATE runs SET status = ended.status, model = coalesce(ended.model, runs.model), \
        error_code = ended.error_code, error_message = ended.error_message, \
        input_tokens = runs.input_tokens + ended.input_tokens, output_tokens = runs.output_tokens + ended.output_tokens, \
        cached_tokens = CASE WHEN coalesce(runs.cached_tokens, ended.cached_tokens) IS NULL THEN NULL \
                             ELSE coalesce(runs.cached_tokens, 0) + coalesce(ended.cached_tokens, 0) END, \
        cost_micros = runs.cost_micros + ended.cost_micros, \
        lease_owner = NULL, lease_until = NULL, ended_at = ended.at \
    FROM ended WHERE runs.id = ended.id AND runs.status = ANY ($11) \
    RETURNING runs.id, runs.attempt, runs.organization_id, runs.conversation_id, runs.requested_by_user_id, \
        runs.agent_id, runs.purpose, coalesce(runs.started_at, runs.created_at) AS at), \
    entered AS (INSERT INTO usage (subject_id, attempt, organization_id, conversation_id, user_id, agent_id, purpose, \
        input_tokens, output_tokens, cached_tokens, cost_micros, at) \
    SELECT over.id, over.attempt, over.organization_id, over.conversation_id, over.requested_by_user_id, over.agent_id, \
        over.purpose, ended.input_tokens, ended.output_tokens, coalesce(ended.cached_tokens, 0), ended.cost_micros, over.at \
    FROM over JOIN ended ON ended.id = over.id \
    WHERE ended.input_tokens > 0 OR ended.output_tokens > 0 OR ended.cost_micros > 0 \
    ON CONFLICT (subject_id, attempt) DO UPDATE SET input_tokens = usage.input_tokens + excluded.input_tokens, \
        output_tokens = usage.output_tokens + excluded.output_tokens, \
        cached_tokens = usage.cached_tokens + excluded.cached_tokens, \
        cost_micros = usage.cost_micros + excluded.cost_micros) \
    SELECT id FROM over";

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = SqlUuid)]
    run_id: DbId,
    #[diesel(sql_type = Integer)]
    attempt: i32,
    #[diesel(sql_type = Integer)]
    n: i32,
    #[diesel(sql_type = Bool)]
    is_new: bool,
}

/// One column of what ends.
macro_rules! each {
    ($ended:expr, $value:expr) => {
        $ended.iter().copied().map($value).collect::<Vec<_>>()
    };
}

/// Fills in answers; those that were unfinished.
pub(super) async fn finish_messages(
    mut conn: &AsyncPgConnection,
    changes: &[&Change],
) -> Result<HashSet<DbId>, SqlError> {
    let ended: Vec<&FinishMessage> = changes
        .iter()
        .filter_map(
            |change| if let Change::Message(MessageChange::Finish(finish)) = change { Some(finish) } else { None },
        )
        .collect();
    if ended.is_empty() {
        return Ok(HashSet::new());
    }
    let query = diesel::sql_query(MESSAGES)
        .bind::<Array<SqlUuid>, _>(each!(ended, |end: &FinishMessage| DbId::from(end.message)))
        .bind::<Array<Text>, _>(each!(ended, |end: &FinishMessage| end.content.clone()))
        .bind::<Array<Text>, _>(each!(ended, |end: &FinishMessage| end.content_html.clone()))
        .bind::<Array<SqlJson>, _>(each!(ended, |end: &FinishMessage| DbJson::from(&end.metadata)))
        .bind::<Array<Text>, _>(each!(ended, |end: &FinishMessage| DbName(end.status)))
        .bind::<Array<Text>, _>(vec![DbName(MessageStatus::Queued), DbName(MessageStatus::Streaming)]);
    let updated: Vec<Changed> = query.prepared().load(&mut conn).await?;
    Ok(updated.into_iter().map(|row| row.id).collect())
}

/// Writes steps; those that were not there before.
pub(super) async fn write_steps(
    mut conn: &AsyncPgConnection,
    changes: &[&Change],
) -> Result<HashSet<StepKey>, SqlError> {
    let mut rows: Vec<RunStepRow> = changes
        .iter()
        .filter_map(
            |change| if let Change::Run(RunChange::Step(run, step)) = change { Some((run, step)) } else { None },
        )
        .map(|(run, step)| RunStepRow::new(*run, step))
        .collect();
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    rows.sort_by_key(|row| (row.run_id, row.attempt, row.n));
    let query = diesel::sql_query(STEPS)
        .bind::<Array<SqlUuid>, _>(column!(rows, run_id))
        .bind::<Array<Integer>, _>(column!(rows, attempt))
        .bind::<Array<Integer>, _>(column!(rows, n))
        .bind::<Array<Text>, _>(column!(rows, kind))
        .bind::<Array<Text>, _>(column!(rows, text))
        .bind::<Array<SqlJson>, _>(column!(rows, tool_call_ids))
        .bind::<Array<Text>, _>(column!(rows, state))
        .bind::<Array<BigInt>, _>(column!(rows, input_tokens))
        .bind::<Array<BigInt>, _>(column!(rows, output_tokens))
        .bind::<Array<Nullable<BigInt>>, _>(column!(rows, cached_tokens))
        .bind::<Array<BigInt>, _>(column!(rows, cost_micros));
    let written: Vec<Step> = query.prepared().load(&mut conn).await?;
    Ok(written.into_iter().filter(|step| step.is_new).map(|step| (step.run_id, step.attempt, step.n)).collect())
}

/// Ends runs; those that had not ended.
pub(super) async fn finish_runs(mut conn: &AsyncPgConnection, changes: &[&Change]) -> Result<HashSet<DbId>, SqlError> {
    let ended: Vec<&FinishRun> = changes
        .iter()
        .filter_map(|change| if let Change::Run(RunChange::Finish(finish)) = change { Some(finish) } else { None })
        .collect();
    if ended.is_empty() {
        return Ok(HashSet::new());
    }
    let query = diesel::sql_query(RUNS)
        .bind::<Array<SqlUuid>, _>(each!(ended, |end: &FinishRun| DbId::from(end.run)))
        .bind::<Array<Text>, _>(each!(ended, |end: &FinishRun| DbName(end.status)))
        .bind::<Array<Nullable<Text>>, _>(each!(ended, |end: &FinishRun| end.model.clone()))
        .bind::<Array<Nullable<Text>>, _>(each!(ended, |end: &FinishRun| end.error.as_ref().map(|it| DbName(it.code))))
        .bind::<Array<Nullable<Text>>, _>(each!(ended, |end: &FinishRun| end
            .error
            .as_ref()
            .map(|it| it.message.clone())))
        .bind::<Array<BigInt>, _>(each!(ended, |end: &FinishRun| end.usage.input_tokens))
        .bind::<Array<BigInt>, _>(each!(ended, |end: &FinishRun| end.usage.output_tokens))
        .bind::<Array<Nullable<BigInt>>, _>(each!(ended, |end: &FinishRun| end.usage.cached_tokens))
        .bind::<Array<BigInt>, _>(each!(ended, |end: &FinishRun| end.usage.cost_micros))
        .bind::<Array<SqlTime>, _>(each!(ended, |end: &FinishRun| DbTime(end.at)))
        .bind::<Array<Text>, _>(LIVE.to_vec());
    let updated: Vec<Changed> = query.prepared().load(&mut conn).await?;
    Ok(updated.into_iter().map(|row| row.id).collect())
}
