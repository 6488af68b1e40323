use async_trait::async_trait;

use super::StoreError;
use crate::{
    AgentId, McpServerId, OrganizationId,
    mcp_server::{AcceptedTool, McpServer, ToolGrant},
    page::{Page, Slice},
};

/// Servers of tools, and which agent may call what.
#[async_trait]
pub trait McpServerQueries: Send + Sync + 'static {
    /// A server of the organization.
    async fn find_mcp_server(
        &self,
        organization: OrganizationId,
        id: McpServerId,
    ) -> Result<Option<McpServer>, StoreError>;

    /// A page of the organization's servers, by id.
    async fn list_mcp_servers(&self, organization: OrganizationId, page: Page) -> Result<Slice<McpServer>, StoreError>;

    /// The definitions of these servers' tools that were accepted, by server and name.
    async fn list_accepted_tools(
        &self,
        servers: &[McpServerId],
    ) -> Result<Vec<(McpServerId, AcceptedTool)>, StoreError>;

    /// What the agent of the organization may call, with the servers as they are now, by the servers' ids.
    async fn list_tool_grants(
        &self,
        organization: OrganizationId,
        agent: AgentId,
    ) -> Result<Vec<(McpServer, ToolGrant)>, StoreError>;
}

/// A change of a server of tools.
#[derive(Debug, Clone, PartialEq)]
pub enum McpServerChange {
    /// Makes it.
    Insert(McpServer),
    /// Writes everything but id, organization and `created_at` as given.
    Update(McpServer),
    /// Removes it, with what was accepted of it and what agents were granted of it; unchanged if it is not there.
    Delete(McpServerId),
    /// Remembers definitions of tools that were not known before; what is known stays as it is. Unchanged if all were. Guard
    /// the server before it.
    AcceptNew {
        /// The server.
        server: McpServerId,
        /// Its organization.
        organization: OrganizationId,
        /// The definitions.
        tools: Vec<AcceptedTool>,
    },
    /// Remembers these definitions of tools and forgets all others. Guard the server before it.
    AcceptOnly {
        /// The server.
        server: McpServerId,
        /// Its organization.
        organization: OrganizationId,
        /// The definitions.
        tools: Vec<AcceptedTool>,
    },
}

/// All that an agent is granted from now on. Guard the agent and the servers before it: each server at most once.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentToolsChange {
    /// The agent.
    pub agent: AgentId,
    /// Its organization.
    pub organization: OrganizationId,
    /// What it may call.
    pub grants: Vec<ToolGrant>,
}
