use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use serde_json::{Number, Value};
use stead_application::tools::McpServerPatch;
use stead_domain::mcp_server::{CallTimeout, Command, ServerName, ServerUrl};
use utoipa::ToSchema;

use crate::{
    Api,
    conditional::{IfMatch, IfMatchHeader, IfNoneMatch, tagged},
    dto::{McpServerBody, arguments, clearable, headers, present, tool_names, whole_number},
    error::ApiError,
    extract::{Body, Call, McpServerPath, Problems, RequestBody},
};

/// What changes of a server of tools; what is absent stays. Its transport stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateMcpServer)]
pub struct UpdateMcpServerBody {
    /// Unique in the organization; the first part of its tools' qualified names.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, min_length = 1, max_length = 32, pattern = "^[a-z0-9][a-z0-9-]{0,31}$")]
    name: Option<String>,
    /// Where it is: an absolute http or https URL. Only with `http`. Where it leads to another host, headers have to be given
    /// anew.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, max_length = 2000, format = "uri", pattern = "^https?://")]
    url: Option<String>,
    /// Headers that are sent with every request, in place of all that were; null: none. Only with `http`.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<std::collections::HashMap<String, String>>)]
    headers: Option<Option<Value>>,
    /// The program. Only with `stdio`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    command: Option<String>,
    /// Its arguments. Only with `stdio`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<String>, max_items = 64)]
    args: Option<Vec<String>>,
    /// How many seconds one call may take.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = i64, minimum = 1, maximum = 600)]
    timeout_s: Option<Number>,
    /// Whether its tools are offered at all.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    enabled: Option<bool>,
    /// Its tools that have no side effects: only these are called again after a crash.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<String>, max_items = 1000)]
    read_only_tools: Option<Vec<String>>,
}

impl RequestBody for UpdateMcpServerBody {
    type Meaning = McpServerPatch;

    fn check(self, problems: &mut Problems) -> Option<McpServerPatch> {
        let timeout = |number: Number| CallTimeout::parse(whole_number(&number)?);
        Some(McpServerPatch {
            name: problems.optional("name", self.name, |text| ServerName::parse(&text)),
            url: problems.optional("url", self.url, |text| ServerUrl::parse(&text)),
            headers: problems.clearable("headers", self.headers, headers).map(Option::unwrap_or_default),
            command: problems.optional("command", self.command, Command::parse),
            args: problems.optional("args", self.args, arguments),
            timeout: problems.optional("timeout_s", self.timeout_s, timeout),
            enabled: self.enabled,
            read_only_tools: problems.optional("read_only_tools", self.read_only_tools, tool_names),
        })
    }
}

/// Change a server of tools
///
/// For admins. What is absent stays. Where it leads elsewhere, its tools are seen for the first time again.
#[utoipa::path(
    tag = "tools",
    operation_id = "update_mcp_server",
    params(McpServerPath, IfMatchHeader),
    request_body(content = UpdateMcpServerBody, example = json!({"enabled": false})),
    responses(
        (status = 200, description = "The server as it is now",
            body = McpServerBody, example = json!(McpServerBody::sample())),
        (status = 403, description = "No admin"),
        (status = 409, description = "`name_taken`, or `conflict`: others changed it at the same time"),
    ),
)]
#[patch("/mcp-servers/{mcp_server_id}")]
pub async fn update_mcp_server(
    call: Call<McpServerPath>,
    IfMatch(expected): IfMatch,
    body: Body<UpdateMcpServerBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, id, patch) = (call.caller, call.path.mcp_server_id, body.0);
    let changed =
        api.write(move |application| async move { application.update_mcp_server(&caller, id, expected, patch).await });
    let server = changed.await?;
    let version = server.version;
    tagged(&McpServerBody::from(server), version, &IfNoneMatch::default())
}
