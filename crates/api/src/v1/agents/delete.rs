use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{AgentPath, Call},
};

/// Delete an agent
///
/// Its threads stay readable, its handle is free again.
#[utoipa::path(
    tag = "agents",
    operation_id = "delete_agent",
    params(AgentPath),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "Neither its owner nor, for an agent of the organization, an admin"),
        (status = 409, description = "`default_agent`, or `conflict`: others changed it at the same time"),
    ),
)]
#[delete("/agents/{agent_id}")]
pub async fn delete_agent(call: Call<AgentPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    api.write(move |application| async move { application.delete_agent(&caller, path.agent_id).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
