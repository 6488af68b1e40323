//! Agents.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    AgentId, OrganizationId,
    agent::{Agent, Visibility},
    page::{Page, Slice},
    ports::store::{AgentQueries, AgentViewer, StoreError},
};

use super::prelude::{Conn, Db, SqlStore};
use crate::{
    error::SqlError,
    names::AgentKindName,
    paging::load_page,
    rows::AgentRow,
    schema::agents,
    types::{DbId, DbName},
};

#[async_trait]
impl AgentQueries for SqlStore {
    async fn find_agent(&self, organization: OrganizationId, id: AgentId) -> Result<Option<Agent>, StoreError> {
        self.read(move |conn| find_agent(conn, organization, id).boxed()).await
    }

    async fn list_agents(
        &self,
        organization: OrganizationId,
        viewer: AgentViewer,
        page: Page,
    ) -> Result<Slice<Agent>, StoreError> {
        self.read(move |conn| list_agents(conn, organization, viewer, page).boxed()).await
    }
}

async fn find_agent(conn: &mut Conn, organization: OrganizationId, id: AgentId) -> Result<Option<Agent>, SqlError> {
    let query = agents::table
        .find(DbId::from(id))
        .filter(agents::organization_id.eq(DbId::from(organization)))
        .select(AgentRow::as_select());
    let row = query.first(conn).await.optional()?;
    Ok(row.map(Agent::try_from).transpose()?)
}

async fn list_agents(
    conn: &mut Conn,
    organization: OrganizationId,
    viewer: AgentViewer,
    page: Page,
) -> Result<Slice<Agent>, SqlError> {
    let Slice { items, has_older, has_newer } =
        load_page!(conn, page, agents::id, AgentRow, visible(organization, viewer).select(AgentRow::as_select()));
    let items = items.into_iter().map(Agent::try_from).collect::<Result<_, _>>()?;
    Ok(Slice { items, has_older, has_newer })
}

/// Those that [`Agent::is_visible_to`] the viewer.
fn visible(organization: OrganizationId, viewer: AgentViewer) -> agents::BoxedQuery<'static, Db> {
    let of_organization = agents::table
        .filter(agents::organization_id.eq(DbId::from(organization)))
        .filter(agents::deleted_at.is_null())
        .into_boxed::<Db>();
    let shared = agents::visibility.eq(DbName(Visibility::Organization));
    let own = agents::owner_user_id.eq(DbId::from(viewer.user));
    if viewer.is_admin {
        of_organization.filter(shared.or(own).or(agents::kind.eq(DbName(AgentKindName::Organization))))
    } else {
        of_organization.filter(shared.or(own))
    }
}
