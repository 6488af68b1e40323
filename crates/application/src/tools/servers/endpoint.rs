use stead_domain::{
    Invalid,
    mcp_server::{Argument, Command, McpServer, ServerUrl, Transport},
    ports::tool_server::{ToolEndpoint, ToolServerAddress},
};

use super::super::Header;
use crate::{Application, Error};

/// How a server that is registered is reached.
#[derive(Debug, Clone)]
pub enum NewEndpoint {
    /// MCP's Streamable HTTP.
    Http {
        /// Where.
        url: ServerUrl,
        /// Sent with every request.
        headers: Vec<Header>,
    },
    /// A process on this machine.
    Stdio {
        /// The program.
        command: Command,
        /// Its arguments.
        args: Vec<Argument>,
    },
}

impl Application {
    /// How a server is reached; nothing where its headers were sealed under another secret.
    pub(in crate::tools) fn address_of(&self, server: &McpServer) -> Option<ToolServerAddress> {
        let headers = match &server.transport {
            Transport::Http { headers: Some(sealed), .. } => {
                self.header_seals.open(server.organization_id, server.id, sealed).ok()?
            }
            Transport::Http { headers: None, .. } | Transport::Stdio { .. } => Vec::new(),
        };
        let endpoint = endpoint(&server.transport, headers);
        Some(ToolServerAddress { id: server.id, version: server.version, endpoint, timeout: server.timeout.duration() })
    }

    /// Goes on only if a server may be reached this way, as far as can be told without asking it.
    pub(super) async fn check_transport(&self, transport: &Transport) -> Result<(), Error> {
        // Headers make no difference to where it leads.
        let refused = self.tools.check_endpoint(&endpoint(transport, Vec::new())).await.err();
        let field = match transport {
            Transport::Http { .. } => "url",
            Transport::Stdio { .. } => "transport",
        };
        match refused {
            None => Ok(()),
            Some(refused) => Err(Error::invalid(field, Invalid::new(refused.detail))),
        }
    }
}

fn endpoint(transport: &Transport, headers: Vec<(String, String)>) -> ToolEndpoint {
    match transport {
        Transport::Http { url, headers: _ } => ToolEndpoint::Http { url: url.as_str().to_owned(), headers },
        Transport::Stdio { command, args } => ToolEndpoint::Stdio {
            command: command.as_str().to_owned(),
            args: args.iter().map(|argument| argument.as_str().to_owned()).collect(),
        },
    }
}
