use serde::{Deserialize, Serialize};
use stead_domain::mcp_server::{Argument, McpServer, ToolName, Transport};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Time, page::page_body};

/// A server of tools (MCP).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = McpServer)]
pub struct McpServerBody {
    /// Its id.
    pub id: Uuid,
    /// Its organization.
    pub organization_id: Uuid,
    /// Unique in the organization; the first part of its tools' qualified names.
    pub name: String,
    /// How it is reached.
    pub transport: TransportBody,
    /// Where it is; only with `http`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub url: Option<String>,
    /// What the headers are called that are sent along; only with `http`. What they say is never shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<String>, required = false)]
    pub header_names: Option<Vec<String>>,
    /// The program; only with `stdio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub command: Option<String>,
    /// Its arguments; only with `stdio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<String>, required = false)]
    pub args: Option<Vec<String>>,
    /// How many seconds one call may take.
    pub timeout_s: u16,
    /// Whether its tools are offered at all.
    pub enabled: bool,
    /// Its tools that have no side effects, as an admin says: only these are called again after a crash.
    pub read_only_tools: Vec<String>,
    /// When it was registered.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// How a server of tools is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = McpTransport)]
pub enum TransportBody {
    /// Over MCP's Streamable HTTP.
    Http,
    /// As a process on the server's own machine.
    Stdio,
}

page_body! {
    /// A page of servers of tools, oldest to newest.
    pub struct McpServersBody as McpServerList {
        /// The servers.
        mcp_servers: McpServerBody,
    }
    from McpServer, at |server| server.id.uuid()
}

impl From<McpServer> for McpServerBody {
    fn from(server: McpServer) -> Self {
        let McpServer {
            id,
            organization_id,
            name,
            transport,
            timeout,
            enabled,
            read_only_tools,
            version: _,
            created_at,
            updated_at,
        } = server;
        let (transport, url, header_names, command, args) = match transport {
            Transport::Http { url, headers } => {
                let names = headers.map(|headers| headers.names).unwrap_or_default();
                (TransportBody::Http, Some(url.as_str().to_owned()), Some(names), None, None)
            }
            Transport::Stdio { command, args } => {
                let args = args.into_iter().map(Argument::into_string).collect();
                (TransportBody::Stdio, None, None, Some(command.into_string()), Some(args))
            }
        };
        Self {
            id: id.uuid(),
            organization_id: organization_id.uuid(),
            name: name.as_str().to_owned(),
            transport,
            url,
            header_names,
            command,
            args,
            timeout_s: timeout.seconds(),
            enabled,
            read_only_tools: read_only_tools.into_iter().map(ToolName::into_string).collect(),
            created_at: Time(created_at),
            updated_at: Time(updated_at),
        }
    }
}

impl McpServerBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_2c3d_4e5f_60a1),
            organization_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_2c3d_4e5f_6071),
            name: "weather".to_owned(),
            transport: TransportBody::Http,
            url: Some("https://tools.example.org/mcp".to_owned()),
            header_names: Some(vec!["Authorization".to_owned()]),
            command: None,
            args: None,
            timeout_s: 30,
            enabled: true,
            read_only_tools: vec!["forecast".to_owned()],
            created_at: Time::sample(0),
            updated_at: Time::sample(0),
        }
    }
}
