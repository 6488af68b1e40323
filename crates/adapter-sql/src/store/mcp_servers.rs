//! Servers of tools, and which agent may call what.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    AgentId, Invalid, McpServerId, OrganizationId,
    mcp_server::{AcceptedTool, McpServer, ToolGrant, ToolName},
    page::{Page, Slice},
    ports::store::{McpServerQueries, StoreError},
};

use super::prelude::{Conn, Db, SqlStore};
use crate::{
    error::{InvalidColumn, SqlError},
    paging::load_page,
    rows::{McpServerRow, tool_grant},
    schema::{agent_tools, mcp_servers, mcp_tools},
    types::{DbId, DbJson},
};

#[async_trait]
impl McpServerQueries for SqlStore {
    async fn find_mcp_server(
        &self,
        organization: OrganizationId,
        id: McpServerId,
    ) -> Result<Option<McpServer>, StoreError> {
        self.read(move |conn| find_mcp_server(conn, organization, id).boxed()).await
    }

    async fn list_mcp_servers(&self, organization: OrganizationId, page: Page) -> Result<Slice<McpServer>, StoreError> {
        self.read(move |conn| list_mcp_servers(conn, organization, page).boxed()).await
    }

    async fn list_accepted_tools(
        &self,
        servers: &[McpServerId],
    ) -> Result<Vec<(McpServerId, AcceptedTool)>, StoreError> {
        let servers: Vec<DbId> = servers.iter().copied().map(DbId::from).collect();
        self.read(move |conn| list_accepted_tools(conn, servers.clone()).boxed()).await
    }

    async fn list_tool_grants(
        &self,
        organization: OrganizationId,
        agent: AgentId,
    ) -> Result<Vec<(McpServer, ToolGrant)>, StoreError> {
        self.read(move |conn| list_tool_grants(conn, organization, agent).boxed()).await
    }
}

async fn find_mcp_server(
    conn: &mut Conn,
    organization: OrganizationId,
    id: McpServerId,
) -> Result<Option<McpServer>, SqlError> {
    let query = mcp_servers::table
        .find(DbId::from(id))
        .filter(mcp_servers::organization_id.eq(DbId::from(organization)))
        .select(McpServerRow::as_select());
    let row = query.first(conn).await.optional()?;
    Ok(row.map(McpServer::try_from).transpose()?)
}

async fn list_mcp_servers(
    conn: &mut Conn,
    organization: OrganizationId,
    page: Page,
) -> Result<Slice<McpServer>, SqlError> {
    let Slice { items, has_older, has_newer } = load_page!(
        conn,
        page,
        mcp_servers::id,
        McpServerRow,
        of_organization(organization).select(McpServerRow::as_select())
    );
    let items = items.into_iter().map(McpServer::try_from).collect::<Result<_, _>>()?;
    Ok(Slice { items, has_older, has_newer })
}

fn of_organization(organization: OrganizationId) -> mcp_servers::BoxedQuery<'static, Db> {
    mcp_servers::table.filter(mcp_servers::organization_id.eq(DbId::from(organization))).into_boxed::<Db>()
}

async fn list_accepted_tools(
    conn: &mut Conn,
    servers: Vec<DbId>,
) -> Result<Vec<(McpServerId, AcceptedTool)>, SqlError> {
    let query = mcp_tools::table
        .filter(mcp_tools::mcp_server_id.eq_any(servers))
        .order((mcp_tools::mcp_server_id, mcp_tools::name))
        .select((mcp_tools::mcp_server_id, mcp_tools::name, mcp_tools::fingerprint));
    let rows: Vec<(DbId, String, Vec<u8>)> = query.load(conn).await?;
    Ok(rows.into_iter().map(accepted_tool).collect::<Result<_, _>>()?)
}

fn accepted_tool(
    (server, name, fingerprint): (DbId, String, Vec<u8>),
) -> Result<(McpServerId, AcceptedTool), InvalidColumn> {
    let fingerprint = <[u8; 32]>::try_from(fingerprint)
        .map_err(|bytes| Invalid::new(format!("must have 32 bytes, not {}", bytes.len())));
    let tool = AcceptedTool {
        name: ToolName::parse(name).map_err(InvalidColumn::of("mcp_tools.name"))?,
        fingerprint: fingerprint.map_err(InvalidColumn::of("mcp_tools.fingerprint"))?,
    };
    Ok((server.into(), tool))
}

async fn list_tool_grants(
    conn: &mut Conn,
    organization: OrganizationId,
    agent: AgentId,
) -> Result<Vec<(McpServer, ToolGrant)>, SqlError> {
    let query = agent_tools::table
        .inner_join(mcp_servers::table)
        .filter(agent_tools::agent_id.eq(DbId::from(agent)))
        .filter(agent_tools::organization_id.eq(DbId::from(organization)))
        .order(mcp_servers::id)
        .select((McpServerRow::as_select(), agent_tools::tool_names));
    let rows: Vec<(McpServerRow, Option<DbJson>)> = query.load(conn).await?;
    let grant = |(server, tools): (McpServerRow, Option<DbJson>)| {
        let grant = tool_grant(server.id, tools)?;
        Ok((McpServer::try_from(server)?, grant))
    };
    Ok(rows.into_iter().map(grant).collect::<Result<_, InvalidColumn>>()?)
}
