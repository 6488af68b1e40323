use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, Tagged},
    dto::AgentToolsBody,
    error::ApiError,
    extract::{AgentPath, Call},
};

/// What an agent may call
#[utoipa::path(
    tag = "tools",
    operation_id = "get_agent_tools",
    params(AgentPath, IfNoneMatchHeader),
    responses(
        (status = 200, description = "The servers and their tools",
            body = AgentToolsBody, example = json!(AgentToolsBody::sample())),
        (status = 403, description = "Neither its owner nor, for an agent of the organization, an admin"),
    ),
)]
#[get("/agents/{agent_id}/tools")]
pub async fn get_agent_tools(
    call: Call<AgentPath>,
    known: IfNoneMatch,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let tools = api.application.agent_tools(&call.caller, call.path.agent_id).await?;
    Tagged { body: &AgentToolsBody::from(tools), version: None, query: "" }.answer(&known)
}
