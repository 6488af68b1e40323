use actix_web::{HttpResponse, put, web};
use serde::Deserialize;
use stead_domain::{
    Invalid, McpServerId,
    mcp_server::{MAX_SERVERS_OF_AGENT, ToolGrant},
};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{AgentToolsBody, id, tool_names},
    error::ApiError,
    extract::{AgentPath, Body, Call, Problems, RequestBody},
    respond,
};

/// All that an agent may call from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetAgentTools)]
pub struct SetAgentToolsBody {
    /// By server, each once; none: nothing.
    #[serde(default)]
    #[schema(value_type = Vec<GrantBody>, required = true, max_items = 32)]
    servers: Option<Vec<GrantBody>>,
}

/// What it may call of a server.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetAgentToolsOfServer)]
pub struct GrantBody {
    /// The server: one of the organization's.
    #[serde(default)]
    #[schema(value_type = uuid::Uuid, required = true)]
    mcp_server_id: Option<String>,
    /// These of its tools, by their names at the server. Absent or null: all that it has.
    #[serde(default)]
    #[schema(max_items = 1000)]
    tools: Option<Vec<String>>,
}

impl RequestBody for SetAgentToolsBody {
    type Meaning = Vec<ToolGrant>;

    fn check(self, problems: &mut Problems) -> Option<Vec<ToolGrant>> {
        let servers = problems.required("servers", self.servers, |servers| match servers.len() {
            0..=MAX_SERVERS_OF_AGENT => Ok(servers),
            _ => Err(Invalid::new(format!("must be at most {MAX_SERVERS_OF_AGENT}"))),
        });
        let grant = |(place, body): (usize, GrantBody)| {
            let GrantBody { mcp_server_id, tools } = body;
            let server = problems.required(&format!("servers[{place}].mcp_server_id"), mcp_server_id, id);
            let tools = problems.optional(&format!("servers[{place}].tools"), tools, tool_names);
            Some(ToolGrant { server: McpServerId::new(server?), tools })
        };
        servers?.into_iter().enumerate().map(grant).collect()
    }
}

/// Say what an agent may call
///
/// It replaces all that was said before. For who may change the agent.
#[utoipa::path(
    tag = "tools",
    operation_id = "set_agent_tools",
    params(AgentPath),
    request_body(content = SetAgentToolsBody, example = json!({
        "servers": [{"mcp_server_id": "0197a3c4-5d6e-7f80-9a1b-2c3d4e5f60a1", "tools": ["forecast"]}]
    })),
    responses(
        (status = 200, description = "What it may call now",
            body = AgentToolsBody, example = json!(AgentToolsBody::sample())),
        (status = 403, description = "Neither its owner nor, for an agent of the organization, an admin"),
        (status = 404, description = "The agent, or a server, is not there"),
        (status = 409, description = "`conflict`: others changed it at the same time"),
    ),
)]
#[put("/agents/{agent_id}/tools")]
pub async fn set_agent_tools(
    call: Call<AgentPath>,
    body: Body<SetAgentToolsBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, agent, grants) = (call.caller, call.path.agent_id, body.0);
    let set = api.write(move |application| async move { application.set_agent_tools(&caller, agent, grants).await });
    Ok(respond::ok(&AgentToolsBody::from(set.await?)))
}
