use actix_web::{HttpResponse, get, web};
use stead_application::agents::AgentRef;

use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, tagged},
    dto::AgentBody,
    error::ApiError,
    extract::{AgentPath, Call},
};

/// An agent
///
/// One that the caller may not see is not found.
#[utoipa::path(
    tag = "agents",
    operation_id = "get_agent",
    params(AgentPath, IfNoneMatchHeader),
    responses((status = 200, description = "The agent", body = AgentBody, example = json!(AgentBody::sample()))),
)]
#[get("/agents/{agent_id}")]
pub async fn get_agent(
    call: Call<AgentPath>,
    known: IfNoneMatch,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let agent = api.application.agent(&call.caller, AgentRef::Id(call.path.agent_id)).await?;
    let version = agent.version;
    tagged(&AgentBody::from(agent), version, &known)
}
