use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use serde_json::{Number, Value};
use stead_application::tools::{NewEndpoint, NewMcpServer};
use stead_domain::mcp_server::{CallTimeout, Command, ServerName, ServerUrl};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{McpServerBody, TransportBody, arguments, headers, tool_names, whole_number},
    error::ApiError,
    extract::{Call, IdempotencyHeader, Keyed, Problems, RequestBody},
    respond,
};

/// A server of tools to be registered. Null stands for the default.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateMcpServer)]
pub struct CreateMcpServerBody {
    /// Unique in the organization; the first part of its tools' qualified names.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 32, pattern = "^[a-z0-9][a-z0-9-]{0,31}$")]
    name: Option<String>,
    /// How it is reached. `stdio`, a process on the server's own machine, only where the operator allows it.
    #[serde(default)]
    #[schema(value_type = TransportBody, required = true)]
    transport: Option<TransportBody>,
    /// Where it is: an absolute http or https URL. Required with `http`, and only there.
    #[serde(default)]
    #[schema(max_length = 2000, format = "uri", pattern = "^https?://")]
    url: Option<String>,
    /// Headers that are sent with every request, such as `Authorization`: at most 32. Only with `http`. They are kept
    /// encrypted and never shown again.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::HashMap<String, String>>)]
    headers: Option<Value>,
    /// The program. Required with `stdio`, and only there.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000)]
    command: Option<String>,
    /// Its arguments. Only with `stdio`. Not the place for secrets: they are shown.
    #[serde(default)]
    #[schema(max_items = 64)]
    args: Option<Vec<String>>,
    /// How many seconds one call may take. Default: 30.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 600)]
    timeout_s: Option<Number>,
    /// Whether its tools are offered at all. Default: true.
    #[serde(default)]
    enabled: Option<bool>,
    /// Its tools that have no side effects: only these are called again after a crash. Default: none.
    #[serde(default)]
    #[schema(max_items = 1000)]
    read_only_tools: Option<Vec<String>>,
}

impl RequestBody for CreateMcpServerBody {
    type Meaning = NewMcpServer;

    fn check(self, problems: &mut Problems) -> Option<NewMcpServer> {
        let name = problems.required("name", self.name, |text| ServerName::parse(&text));
        let transport = problems.required("transport", self.transport, Ok);
        let timeout = |number: Number| CallTimeout::parse(whole_number(&number)?);
        let timeout = problems.optional("timeout_s", self.timeout_s, timeout);
        let read_only_tools = problems.optional("read_only_tools", self.read_only_tools, tool_names);
        let url = problems.optional("url", self.url, |text| ServerUrl::parse(&text));
        let headers = problems.optional("headers", self.headers, headers);
        let command = problems.optional("command", self.command, Command::parse);
        let args = problems.optional("args", self.args, arguments);
        let (foreign, endpoint) = match transport? {
            TransportBody::Http => (
                [("command", command.is_some()), ("args", args.is_some())],
                problems
                    .required("url", url, Ok)
                    .map(|url| NewEndpoint::Http { url, headers: headers.unwrap_or_default() }),
            ),
            TransportBody::Stdio => (
                [("url", url.is_some()), ("headers", headers.is_some())],
                problems
                    .required("command", command, Ok)
                    .map(|command| NewEndpoint::Stdio { command, args: args.unwrap_or_default() }),
            ),
        };
        for (field, _) in foreign.into_iter().filter(|(_, is_there)| *is_there) {
            problems.add(field, "belongs to the other transport");
        }
        Some(NewMcpServer {
            name: name?,
            endpoint: endpoint?,
            timeout: timeout.unwrap_or(CallTimeout::DEFAULT),
            enabled: self.enabled.unwrap_or(true),
            read_only_tools: read_only_tools.unwrap_or_default(),
        })
    }
}

/// Register a server of tools
///
/// For admins. Agents get its tools by `PUT /agents/{agent_id}/tools`. A tool's description and schema are trusted as they are
/// when they are first seen; a tool whose definition changes afterwards is withheld from agents until an admin accepts it.
#[utoipa::path(
    tag = "tools",
    operation_id = "create_mcp_server",
    params(IdempotencyHeader),
    request_body(content = CreateMcpServerBody, example = json!({
        "name": "weather", "transport": "http", "url": "https://tools.example.org/mcp",
        "headers": {"Authorization": "Bearer a-secret"}, "read_only_tools": ["forecast"]
    })),
    responses(
        (status = 201, description = "The server",
            headers(("Location" = String, description = "Where it is")),
            body = McpServerBody, example = json!(McpServerBody::sample())),
        (status = 403, description = "No admin"),
        (status = 404, description = "A repeat, and the server that the first request made is removed"),
        (status = 409, description = "`name_taken` or `idempotency_mismatch`"),
    ),
)]
#[post("/mcp-servers")]
pub async fn create_mcp_server(
    call: Call,
    new: Keyed<CreateMcpServerBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, Keyed { body, request }) = (call.caller, new);
    let made = api.write(move |application| async move { application.create_mcp_server(&caller, body, request).await });
    let made = made.await?;
    let server = McpServerBody::from(made.value);
    Ok(respond::created(&server, Some(&format!("/api/v1/mcp-servers/{}", server.id)), made.replayed))
}
