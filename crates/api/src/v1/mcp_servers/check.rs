use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Api,
    dto::CheckedBody,
    error::ApiError,
    extract::{Call, McpServerPath, OptionalBody, Problems, RequestBody},
    respond,
};

/// How to look. Null stands for absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CheckMcpServer)]
pub struct CheckMcpServerBody {
    /// Whether the definitions of its tools are accepted as they are now. Default: false.
    #[serde(default)]
    accept_changes: Option<bool>,
}

impl RequestBody for CheckMcpServerBody {
    type Meaning = bool;

    fn check(self, _: &mut Problems) -> Option<bool> {
        Some(self.accept_changes.unwrap_or(false))
    }
}

/// Look whether a server of tools can be used
///
/// For admins. The server is asked. What nobody has seen before is accepted as it is; what changed only with
/// `accept_changes`.
#[utoipa::path(
    tag = "tools",
    operation_id = "check_mcp_server",
    params(McpServerPath),
    request_body(content = Option<CheckMcpServerBody>, example = json!({"accept_changes": true})),
    responses(
        (status = 200, description = "Reachable, or the reason why not",
            body = CheckedBody, example = json!(CheckedBody::sample())),
        (status = 403, description = "No admin"),
        (status = 409, description = "`conflict`: others changed it at the same time"),
    ),
)]
#[post("/mcp-servers/{mcp_server_id}/check")]
pub async fn check_mcp_server(
    call: Call<McpServerPath>,
    body: OptionalBody<CheckMcpServerBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, id, accept_changes) = (call.caller, call.path.mcp_server_id, body.0.unwrap_or(false));
    let checked =
        api.write(move |application| async move { application.check_mcp_server(&caller, id, accept_changes).await });
    Ok(respond::ok(&CheckedBody::from(checked.await?)))
}
