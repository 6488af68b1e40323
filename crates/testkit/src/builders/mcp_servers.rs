use stead_domain::{
    McpServerId,
    mcp_server::{CallTimeout, McpServer, ServerName, ServerUrl, ToolGrant, Transport},
    organization::Organization,
};

use super::minted::{id, number_of, time_of};

/// A server of tools that is reached over HTTP, without headers.
pub fn mcp_server(organization: &Organization) -> McpServer {
    let id: McpServerId = id();
    let number = number_of(id);
    McpServer {
        id,
        organization_id: organization.id,
        name: ServerName::parse(&format!("server-{number}")).unwrap(),
        transport: Transport::Http {
            url: ServerUrl::parse(&format!("https://tools.example.org/{number}")).unwrap(),
            headers: None,
        },
        timeout: CallTimeout::DEFAULT,
        enabled: true,
        read_only_tools: Vec::new(),
        version: 1,
        created_at: time_of(id),
        updated_at: time_of(id),
    }
}

/// The right to call all tools of a server.
pub fn tool_grant(server: &McpServer) -> ToolGrant {
    ToolGrant { server: server.id, tools: None }
}
