//! Changes of runs.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    RunId, Timestamp,
    ports::store::{FinishRun, Outcome, RunChange},
    run::{LEASE, LeaseOwner, Run, RunErrorCode, RunStatus, RunStep, Usage},
};

use super::{
    super::{
        run_chunks::keep as keep_chunks,
        runs::{LIVE, UNDERWAY},
    },
    insert::inserted,
    message::start_streaming,
    prelude::{self, Conn, locked},
    updated, usage as usage_entry,
};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::{RunRow, RunStepRow},
    schema::{run_steps, runs, tool_calls},
    types::{DbId, DbName, DbTime},
};

pub(super) async fn apply(conn: &mut Conn, change: &RunChange) -> Result<Outcome, SqlError> {
    match change {
        RunChange::Insert(run) => insert(conn, run).await,
        RunChange::StartNext { conversation, agent, owner, at } => {
            let at = DbTime(*at);
            let started = start_next(conn, (*conversation).into(), (*agent).into(), *owner, at).await?;
            Ok(started.map_or(Outcome::Unchanged, |run| Outcome::Started(run.id.into(), run.fence)))
        }
        RunChange::Finish(finish) => end(conn, finish).await,
        RunChange::Answer { run, message } => answer(conn, (*run).into(), (*message).into()).await,
        RunChange::Requeue { run, at } => requeue(conn, (*run).into(), DbTime(*at)).await,
        RunChange::Restart { run, at } => restart(conn, (*run).into(), DbTime(*at)).await,
        RunChange::Pause { run, until } => pause(conn, (*run).into(), DbTime(*until)).await,
        RunChange::Resume { run, owner } => resume(conn, (*run).into(), *owner).await,
        RunChange::Use { run, usage } => add_usage(conn, (*run).into(), usage).await,
        RunChange::Tell { run, attempt, chunks } => {
            keep_chunks(conn, *run, *attempt, chunks).await?;
            Ok(Outcome::Updated)
        }
        RunChange::RequestCancel(run) => request_cancel(conn, (*run).into()).await,
        RunChange::Step(run, step) => write_step(conn, *run, step).await,
    }
}

async fn insert(conn: &mut Conn, run: &Run) -> Result<Outcome, SqlError> {
    let row = RunRow { status: DbName(RunStatus::Queued), attempt: 0, ..RunRow::from(run) };
    let id = row.id;
    let result = diesel::insert_into(runs::table).values(row).execute(conn).await;
    inserted(conn, result, "runs", id).await
}

/// Starts the oldest queued run of the agent in the conversation, unless one is under way there.
pub(in super::super) async fn start_next(
    conn: &mut Conn,
    conversation: DbId,
    agent: DbId,
    owner: LeaseOwner,
    at: DbTime,
) -> Result<Option<RunRow>, SqlError> {
    let here = runs::conversation_id.eq(conversation).and(runs::agent_id.eq(agent));
    let underway = runs::table.filter(here).filter(runs::status.eq_any(UNDERWAY)).select(runs::id);
    if underway.limit(1).prepared().get_result::<DbId>(conn).await.optional()?.is_some() {
        return Ok(None);
    }
    let next = runs::table
        .filter(here)
        .filter(runs::status.eq(DbName(RunStatus::Queued)))
        .order((runs::created_at, runs::id))
        .select(runs::id);
    let Some(next) = locked!(next).first::<DbId>(conn).await.optional()? else { return Ok(None) };

    let until = Timestamp::from(prelude::now(conn).await?).plus(LEASE);
    let started: RunRow = diesel::update(runs::table.find(next))
        .set((
            runs::status.eq(DbName(RunStatus::Running)),
            runs::attempt.eq(runs::attempt + 1),
            runs::fence.eq(runs::fence + 1),
            runs::started_at.eq(at),
            runs::lease_owner.eq(DbId(owner.0)),
            runs::lease_until.eq(DbTime(until)),
        ))
        .returning(RunRow::as_returning())
        .prepared()
        .get_result(conn)
        .await?;
    if let Some(answer) = started.answer_message_id {
        start_streaming(conn, answer).await?;
    }
    Ok(Some(started))
}

async fn end(conn: &mut Conn, finish: &FinishRun) -> Result<Outcome, SqlError> {
    let FinishRun { run, status, model, error, usage, at } = finish;
    let live = runs::table.filter(runs::id.eq(DbId::from(*run))).filter(runs::status.eq_any(LIVE));
    let Some(row) = locked!(live.select(RunRow::as_select())).prepared().get_result(conn).await.optional()? else {
        return Ok(Outcome::Unchanged);
    };
    usage_entry::add(conn, &row, usage).await?;
    let used = added(&row, usage);
    let rows = diesel::update(runs::table.find(row.id))
        .set((
            runs::status.eq(DbName(*status)),
            runs::model.eq(model.as_ref().or(row.model.as_ref())),
            runs::error_code.eq(error.as_ref().map(|error| DbName(error.code))),
            runs::error_message.eq(error.as_ref().map(|error| &error.message)),
            runs::input_tokens.eq(used.input_tokens),
            runs::output_tokens.eq(used.output_tokens),
            runs::cached_tokens.eq(used.cached_tokens),
            runs::cost_micros.eq(used.cost_micros),
            runs::lease_owner.eq(None::<DbId>),
            runs::lease_until.eq(None::<DbTime>),
            runs::ended_at.eq(DbTime(*at)),
        ))
        .prepared()
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

async fn add_usage(conn: &mut Conn, run: DbId, usage: &Usage) -> Result<Outcome, SqlError> {
    let row = runs::table.filter(runs::id.eq(run)).select(RunRow::as_select());
    let Some(row) = locked!(row).first(conn).await.optional()? else { return Ok(Outcome::Unchanged) };
    usage_entry::add(conn, &row, usage).await?;
    let used = added(&row, usage);
    let rows = diesel::update(runs::table.find(run))
        .set((
            runs::input_tokens.eq(used.input_tokens),
            runs::output_tokens.eq(used.output_tokens),
            runs::cached_tokens.eq(used.cached_tokens),
            runs::cost_micros.eq(used.cost_micros),
        ))
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

fn added(row: &RunRow, usage: &Usage) -> Usage {
    let cached_tokens = match (row.cached_tokens, usage.cached_tokens) {
        (None, None) => None,
        (before, now) => Some(before.unwrap_or(0).saturating_add(now.unwrap_or(0))),
    };
    Usage {
        input_tokens: row.input_tokens.saturating_add(usage.input_tokens),
        output_tokens: row.output_tokens.saturating_add(usage.output_tokens),
        cached_tokens,
        cost_micros: row.cost_micros.saturating_add(usage.cost_micros),
    }
}

async fn answer(conn: &mut Conn, run: DbId, message: DbId) -> Result<Outcome, SqlError> {
    let without = runs::table.filter(runs::id.eq(run)).filter(runs::answer_message_id.is_null());
    let rows = diesel::update(without).set(runs::answer_message_id.eq(message)).prepared().execute(conn).await?;
    if rows > 0 {
        let calls = tool_calls::table.filter(tool_calls::run_id.eq(run));
        diesel::update(calls).set(tool_calls::message_id.eq(message)).prepared().execute(conn).await?;
    }
    Ok(updated(rows))
}

async fn requeue(conn: &mut Conn, run: DbId, at: DbTime) -> Result<Outcome, SqlError> {
    let failed = runs::table.filter(runs::id.eq(run)).filter(runs::status.eq(DbName(RunStatus::Failed)));
    let rows = diesel::update(failed)
        .set((
            runs::status.eq(DbName(RunStatus::Queued)),
            runs::queued_at.eq(at),
            runs::cancel_requested.eq(false),
            runs::error_code.eq(None::<DbName<RunErrorCode>>),
            runs::error_message.eq(None::<String>),
            runs::ended_at.eq(None::<DbTime>),
        ))
        .prepared()
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

async fn restart(conn: &mut Conn, run: DbId, at: DbTime) -> Result<Outcome, SqlError> {
    let running = runs::table.filter(runs::id.eq(run)).filter(runs::status.eq(DbName(RunStatus::Running)));
    let rows = diesel::update(running)
        .set((runs::attempt.eq(runs::attempt + 1), runs::queued_at.eq(at), runs::started_at.eq(at)))
        .prepared()
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

async fn pause(conn: &mut Conn, run: DbId, until: DbTime) -> Result<Outcome, SqlError> {
    let running = runs::table.filter(runs::id.eq(run)).filter(runs::status.eq(DbName(RunStatus::Running)));
    let rows = diesel::update(running)
        .set((
            runs::status.eq(DbName(RunStatus::AwaitingApproval)),
            runs::lease_owner.eq(None::<DbId>),
            runs::lease_until.eq(until),
        ))
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

async fn resume(conn: &mut Conn, run: DbId, owner: LeaseOwner) -> Result<Outcome, SqlError> {
    let until = Timestamp::from(prelude::now(conn).await?).plus(LEASE);
    let waiting = runs::table.filter(runs::id.eq(run)).filter(runs::status.eq(DbName(RunStatus::AwaitingApproval)));
    let resumed = diesel::update(waiting)
        .set((
            runs::status.eq(DbName(RunStatus::Running)),
            runs::fence.eq(runs::fence + 1),
            runs::lease_owner.eq(DbId(owner.0)),
            runs::lease_until.eq(DbTime(until)),
        ))
        .returning((runs::id, runs::fence));
    let resumed: Option<(DbId, i64)> = resumed.get_result(conn).await.optional()?;
    Ok(resumed.map_or(Outcome::Unchanged, |(run, fence)| Outcome::Started(run.into(), fence)))
}

async fn request_cancel(conn: &mut Conn, run: DbId) -> Result<Outcome, SqlError> {
    let underway = runs::table.filter(runs::id.eq(run)).filter(runs::status.eq_any(UNDERWAY));
    let rows = diesel::update(underway).set(runs::cancel_requested.eq(true)).prepared().execute(conn).await?;
    Ok(updated(rows))
}

async fn write_step(conn: &mut Conn, run: RunId, step: &RunStep) -> Result<Outcome, SqlError> {
    let row = RunStepRow::new(run, step);
    let same = run_steps::table.find((row.run_id, row.attempt, row.n));
    if diesel::update(same).set(&row).prepared().execute(conn).await? > 0 {
        return Ok(Outcome::Updated);
    }
    diesel::insert_into(run_steps::table).values(&row).execute(conn).await?;
    Ok(Outcome::Inserted)
}
