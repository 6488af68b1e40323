//! Changes of servers of tools, and of what agents may call.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    OrganizationId,
    mcp_server::{AcceptedTool, McpServer},
    ports::store::{AgentToolsChange, McpServerChange, Outcome},
};

use super::{insert::inserted, prelude::Conn, updated};
use crate::{
    error::SqlError,
    rows::{McpServerRow, tool_names},
    schema::{agent_tools, mcp_servers, mcp_tools},
    types::DbId,
};

pub(super) async fn apply(conn: &mut Conn, change: &McpServerChange) -> Result<Outcome, SqlError> {
    match change {
        McpServerChange::Insert(server) => {
            let row = McpServerRow::from(server);
            let id = row.id;
            let result = diesel::insert_into(mcp_servers::table).values(row).execute(conn).await;
            inserted(conn, result, "mcp_servers", id).await
        }
        McpServerChange::Update(server) => update(conn, server).await,
        // What hangs on it goes with it.
        McpServerChange::Delete(server) => {
            let rows = diesel::delete(mcp_servers::table.find(DbId::from(*server))).execute(conn).await?;
            Ok(updated(rows))
        }
        McpServerChange::AcceptNew { server, organization, tools } => {
            Ok(updated(remember(conn, (*server).into(), *organization, tools).await?))
        }
        McpServerChange::AcceptOnly { server, organization, tools } => {
            let server = DbId::from(*server);
            let known = mcp_tools::table.filter(mcp_tools::mcp_server_id.eq(server));
            diesel::delete(known).execute(conn).await?;
            remember(conn, server, *organization, tools).await?;
            Ok(Outcome::Updated)
        }
    }
}

async fn update(conn: &mut Conn, server: &McpServer) -> Result<Outcome, SqlError> {
    let row = McpServerRow::from(server);
    let rows = diesel::update(mcp_servers::table.find(row.id))
        .set((
            mcp_servers::name.eq(row.name),
            mcp_servers::transport.eq(row.transport),
            mcp_servers::url.eq(row.url),
            mcp_servers::header_names.eq(row.header_names),
            mcp_servers::sealed_headers.eq(row.sealed_headers),
            mcp_servers::command.eq(row.command),
            mcp_servers::args.eq(row.args),
            mcp_servers::timeout_s.eq(row.timeout_s),
            mcp_servers::enabled.eq(row.enabled),
            mcp_servers::read_only_tools.eq(row.read_only_tools),
            mcp_servers::version.eq(row.version),
            mcp_servers::updated_at.eq(row.updated_at),
        ))
        .execute(conn)
        .await?;
    Ok(updated(rows))
}

/// Answers how many were not known before.
async fn remember(
    conn: &mut Conn,
    server: DbId,
    organization: OrganizationId,
    tools: &[AcceptedTool],
) -> Result<usize, SqlError> {
    let mut remembered = 0;
    for AcceptedTool { name, fingerprint } in tools {
        let row = (
            mcp_tools::mcp_server_id.eq(server),
            mcp_tools::organization_id.eq(DbId::from(organization)),
            mcp_tools::name.eq(name.as_str()),
            mcp_tools::fingerprint.eq(fingerprint.as_slice()),
        );
        remembered += diesel::insert_into(mcp_tools::table).values(row).on_conflict_do_nothing().execute(conn).await?;
    }
    Ok(remembered)
}

pub(super) async fn grant(conn: &mut Conn, change: &AgentToolsChange) -> Result<Outcome, SqlError> {
    let AgentToolsChange { agent, organization, grants } = change;
    let agent = DbId::from(*agent);
    forget_grants(conn, agent).await?;
    for grant in grants {
        let row = (
            agent_tools::agent_id.eq(agent),
            agent_tools::mcp_server_id.eq(DbId::from(grant.server)),
            agent_tools::organization_id.eq(DbId::from(*organization)),
            agent_tools::tool_names.eq(tool_names(grant)),
        );
        diesel::insert_into(agent_tools::table).values(row).execute(conn).await?;
    }
    Ok(Outcome::Updated)
}

/// Takes all from an agent that it was granted.
pub(super) async fn forget_grants(conn: &mut Conn, agent: DbId) -> Result<(), SqlError> {
    diesel::delete(agent_tools::table.filter(agent_tools::agent_id.eq(agent))).execute(conn).await?;
    Ok(())
}
