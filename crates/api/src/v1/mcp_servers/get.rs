use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, tagged},
    dto::McpServerBody,
    error::ApiError,
    extract::{Call, McpServerPath},
};

/// A server of tools
///
/// For admins. What its headers say is not shown.
#[utoipa::path(
    tag = "tools",
    operation_id = "get_mcp_server",
    params(McpServerPath, IfNoneMatchHeader),
    responses(
        (status = 200, description = "The server", body = McpServerBody, example = json!(McpServerBody::sample())),
        (status = 403, description = "No admin"),
    ),
)]
#[get("/mcp-servers/{mcp_server_id}")]
pub async fn get_mcp_server(
    call: Call<McpServerPath>,
    known: IfNoneMatch,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let server = api.application.mcp_server(&call.caller, call.path.mcp_server_id).await?;
    let version = server.version;
    tagged(&McpServerBody::from(server), version, &known)
}
