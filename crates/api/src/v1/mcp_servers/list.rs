use actix_web::{HttpResponse, get, web};

use crate::{Api, dto::McpServersBody, error::ApiError, extract::Call, paging::PageQuery, respond};

/// The organization's servers of tools
///
/// For admins. Oldest to newest; without `before` and `after` the newest page.
#[utoipa::path(
    tag = "tools",
    operation_id = "list_mcp_servers",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of servers", body = McpServersBody, example = json!(McpServersBody::sample())),
        (status = 403, description = "No admin"),
    ),
)]
#[get("/mcp-servers")]
pub async fn list_mcp_servers(call: Call<(), PageQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let servers = api.application.mcp_servers(&call.caller, call.query.page).await?;
    Ok(respond::ok(&McpServersBody::from(servers)))
}
