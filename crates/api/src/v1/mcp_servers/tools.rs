use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::ServerToolsBody,
    error::ApiError,
    extract::{Call, McpServerPath},
    respond,
};

/// The tools that a server has now
///
/// For admins. The server is asked. What nobody has seen before is accepted as it is.
#[utoipa::path(
    tag = "tools",
    operation_id = "list_mcp_server_tools",
    params(McpServerPath),
    responses(
        (status = 200, description = "Its tools", body = ServerToolsBody, example = json!(ServerToolsBody::sample())),
        (status = 403, description = "No admin"),
        (status = 503, description = "`tool_server_unavailable`: the server cannot be used, and why"),
    ),
)]
#[get("/mcp-servers/{mcp_server_id}/tools")]
pub async fn list_mcp_server_tools(call: Call<McpServerPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let tools = api.application.mcp_server_tools(&call.caller, call.path.mcp_server_id).await?;
    Ok(respond::ok(&ServerToolsBody::from(tools)))
}
