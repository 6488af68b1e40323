//! Runs.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    OrganizationId, RunId,
    ports::store::{RunQueries, StoreError},
    run::{Run, RunStatus},
};

use super::prelude::{Conn, SqlStore};
use crate::{
    error::SqlError,
    rows::RunRow,
    schema::{conversations, runs},
    types::{DbId, DbName},
};

/// Somebody works on it, or may go on as soon as its person has allowed it.
pub(super) const UNDERWAY: [DbName<RunStatus>; 2] = [DbName(RunStatus::Running), DbName(RunStatus::AwaitingApproval)];

/// Not over.
pub(super) const LIVE: [DbName<RunStatus>; 3] =
    [DbName(RunStatus::Queued), DbName(RunStatus::Running), DbName(RunStatus::AwaitingApproval)];

#[async_trait]
impl RunQueries for SqlStore {
    async fn find_run(&self, organization: OrganizationId, id: RunId) -> Result<Option<Run>, StoreError> {
        self.read(move |conn| find_run(conn, organization, id).boxed()).await
    }
}

async fn find_run(conn: &mut Conn, organization: OrganizationId, id: RunId) -> Result<Option<Run>, SqlError> {
    let query = runs::table
        .inner_join(conversations::table)
        .filter(runs::id.eq(DbId::from(id)))
        .filter(runs::organization_id.eq(DbId::from(organization)))
        .filter(conversations::deleted_at.is_null())
        .select(RunRow::as_select());
    let row = query.first(conn).await.optional()?;
    Ok(row.map(Run::try_from).transpose()?)
}
