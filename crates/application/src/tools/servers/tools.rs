use stead_domain::{
    McpServerId,
    mcp_server::McpServer,
    ports::tool_server::{ToolDefinition, ToolServerError, ToolServerErrorKind},
};

use super::super::{
    acceptance::{Standing, standing},
    listings::{Listed, Tool},
    qualified_name::qualified_name,
};
use crate::{Application, Caller, Error};

/// A tool that a server has now.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerTool {
    /// As its server describes it.
    pub definition: ToolDefinition,
    /// What models call it.
    pub qualified_name: String,
    /// Whether it is not what was accepted: agents do not have it.
    pub changed: bool,
}

impl Application {
    /// The tools that a server has now. Those that nobody has seen before are accepted hereby.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for who is no admin; [`Error::ToolServerUnavailable`].
    pub async fn mcp_server_tools(&self, caller: &Caller, id: McpServerId) -> Result<Vec<ServerTool>, Error> {
        let server = self.mcp_server(caller, id).await?;
        let listed = self.list_now(&server).await;
        let listed = listed.map_err(|error| Error::ToolServerUnavailable { reason: reason(&error) })?;
        self.judged(&server, &listed).await
    }

    /// Asks a server what it has, whatever it said a moment ago.
    pub(super) async fn list_now(&self, server: &McpServer) -> Result<Listed, ToolServerError> {
        let unreadable = || {
            let detail = "its headers were encrypted under another secret of this server: they must be given anew";
            ToolServerError::new(ToolServerErrorKind::Unauthorized, detail)
        };
        let address = self.address_of(server).ok_or_else(unreadable)?;
        self.listings.get_anew(&*self.tools, &address).await
    }

    /// How each tool stands to what was accepted.
    pub(super) async fn judged(&self, server: &McpServer, listed: &[Tool]) -> Result<Vec<ServerTool>, Error> {
        let known = self.accepted_definitions(&[server.id]).await?.remove(&server.id).unwrap_or_default();
        self.accept_first_seen(server, &known, listed).await?;
        let judged = listed.iter().map(|tool| ServerTool {
            definition: tool.definition.clone(),
            qualified_name: qualified_name(&server.name, &tool.definition.name),
            changed: standing(&known, tool) == Standing::Changed,
        });
        Ok(judged.collect())
    }
}

/// Why a server cannot be used, in words for an admin.
pub fn reason(error: &ToolServerError) -> String {
    let what = match error.kind {
        ToolServerErrorKind::Unavailable => "it cannot be reached",
        ToolServerErrorKind::Timeout => "it did not answer in time",
        ToolServerErrorKind::Lost => "the connection was lost",
        ToolServerErrorKind::Unauthorized => "it does not accept the credential",
        ToolServerErrorKind::Forbidden => "this address is not allowed here",
        ToolServerErrorKind::Rejected => "it refused the request",
        ToolServerErrorKind::TooLarge => "it sent more than is taken",
        ToolServerErrorKind::Protocol => "it does not speak MCP as expected",
    };
    format!("{what}: {}", error.detail)
}
