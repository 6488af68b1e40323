//! Runs.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    OrganizationId, RunId,
    ports::store::{RunQueries, StoreError},
    run::{Run, RunStatus, RunStep},
    tool_call::ToolCall,
};

use super::{
    prelude::{self, Conn, SqlStore},
    retention::keeps_runs,
};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::{RunRow, RunStepRow, ToolCallRow},
    schema::{conversations, run_steps, runs, tool_calls},
    types::{DbId, DbName},
};

pub(super) use crate::rows::{LIVE, UNDERWAY};

#[async_trait]
impl RunQueries for SqlStore {
    async fn find_run(&self, organization: OrganizationId, id: RunId) -> Result<Option<Run>, StoreError> {
        self.read(move |conn| find_run(conn, organization, id).boxed()).await
    }

    async fn list_run_steps(
        &self,
        organization: OrganizationId,
        runs: Vec<RunId>,
    ) -> Result<Vec<(RunId, RunStep)>, StoreError> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        self.read(move |conn| list_steps(conn, organization, runs).boxed()).await
    }

    async fn list_tool_calls(&self, organization: OrganizationId, run: RunId) -> Result<Vec<ToolCall>, StoreError> {
        self.read(move |conn| list_tool_calls(conn, organization, run).boxed()).await
    }

    async fn list_expired_approvals(&self, limit: u32) -> Result<Vec<Run>, StoreError> {
        self.read(move |conn| list_expired(conn, limit).boxed()).await
    }
}

async fn find_run(conn: &mut Conn, organization: OrganizationId, id: RunId) -> Result<Option<Run>, SqlError> {
    let query = runs::table
        .inner_join(conversations::table)
        .filter(runs::id.eq(DbId::from(id)))
        .filter(runs::organization_id.eq(DbId::from(organization)))
        .filter(conversations::deleted_at.is_null())
        .filter(keeps_runs(organization).or(runs::ended_at.is_null()))
        .select(RunRow::as_select());
    let row = query.limit(1).prepared().get_result(conn).await.optional()?;
    Ok(row.map(Run::try_from).transpose()?)
}

/// A run has at most two steps a round, of at most 32 rounds, and one more, for each of a few attempts.
const MOST_STEPS: i64 = 200 * 200;

async fn list_steps(
    conn: &mut Conn,
    organization: OrganizationId,
    runs: Vec<RunId>,
) -> Result<Vec<(RunId, RunStep)>, SqlError> {
    let asked: Vec<DbId> = runs.into_iter().map(DbId::from).collect();
    let of_organization = runs::table
        .filter(runs::id.eq_any(asked))
        .filter(runs::organization_id.eq(DbId::from(organization)))
        .select(runs::id);
    let query = run_steps::table
        .filter(run_steps::run_id.eq_any(of_organization))
        .order((run_steps::run_id, run_steps::n, run_steps::attempt))
        .limit(MOST_STEPS)
        .select(RunStepRow::as_select());
    let mut newest: Vec<(RunId, RunStep)> = Vec::new();
    for row in query.load(conn).await? {
        let (run, step) = <(RunId, RunStep)>::try_from(row)?;
        match newest.last_mut() {
            Some((before, same)) if *before == run && same.n == step.n => *same = step,
            _ => newest.push((run, step)),
        }
    }
    Ok(newest)
}

/// A run has at most 32 calls in each of its at most 32 rounds, for each of a few attempts.
const MOST_CALLS: i64 = 32 * 32 * 4;

async fn list_tool_calls(conn: &mut Conn, organization: OrganizationId, run: RunId) -> Result<Vec<ToolCall>, SqlError> {
    let query = tool_calls::table
        .filter(tool_calls::run_id.eq(DbId::from(run)))
        .filter(tool_calls::organization_id.eq(DbId::from(organization)))
        .order((tool_calls::step, tool_calls::id))
        .limit(MOST_CALLS)
        .select(ToolCallRow::as_select());
    let rows: Vec<ToolCallRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(ToolCall::try_from).collect::<Result<_, _>>()?)
}

async fn list_expired(conn: &mut Conn, limit: u32) -> Result<Vec<Run>, SqlError> {
    let now = prelude::now(conn).await?;
    let query = runs::table
        .filter(runs::status.eq(DbName(RunStatus::AwaitingApproval)))
        .filter(runs::lease_until.le(now))
        .order((runs::lease_until, runs::id))
        .limit(i64::from(limit))
        .select(RunRow::as_select());
    let rows: Vec<RunRow> = query.load(conn).await?;
    Ok(rows.into_iter().map(Run::try_from).collect::<Result<_, _>>()?)
}
