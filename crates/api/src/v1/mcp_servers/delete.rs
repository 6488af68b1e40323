use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, McpServerPath},
};

/// Remove a server of tools
///
/// For admins. No agent has its tools any more; what was called stays on record.
#[utoipa::path(
    tag = "tools",
    operation_id = "delete_mcp_server",
    params(McpServerPath),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "No admin"),
        (status = 409, description = "`conflict`: others changed it at the same time"),
    ),
)]
#[delete("/mcp-servers/{mcp_server_id}")]
pub async fn delete_mcp_server(call: Call<McpServerPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let (caller, id) = (call.caller, call.path.mcp_server_id);
    api.write(move |application| async move { application.delete_mcp_server(&caller, id).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
