use serde::Serialize;
use stead_application::tools::{AgentTools, GrantedServer};
use stead_domain::mcp_server::{ToolGrant, ToolName};
use utoipa::ToSchema;
use uuid::Uuid;

/// What an agent may call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentTools)]
pub struct AgentToolsBody {
    /// By server.
    pub servers: Vec<GrantedServerBody>,
}

/// What an agent may call of a server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentToolsOfServer)]
pub struct GrantedServerBody {
    /// The server.
    pub mcp_server_id: Uuid,
    /// What it is called.
    pub name: String,
    /// These of its tools; null: all that it has.
    #[schema(required = true)]
    pub tools: Option<Vec<String>>,
}

impl From<AgentTools> for AgentToolsBody {
    fn from(tools: AgentTools) -> Self {
        Self { servers: tools.servers.into_iter().map(GrantedServerBody::from).collect() }
    }
}

impl From<GrantedServer> for GrantedServerBody {
    fn from(granted: GrantedServer) -> Self {
        let GrantedServer { server, grant: ToolGrant { server: mcp_server_id, tools } } = granted;
        let tools = tools.map(|tools| tools.into_iter().map(ToolName::into_string).collect());
        Self { mcp_server_id: mcp_server_id.uuid(), name: server.name.as_str().to_owned(), tools }
    }
}

impl AgentToolsBody {
    /// An example for the document.
    pub fn sample() -> Self {
        let server = GrantedServerBody {
            mcp_server_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_2c3d_4e5f_60a1),
            name: "weather".to_owned(),
            tools: Some(vec!["forecast".to_owned()]),
        };
        Self { servers: vec![server] }
    }
}
