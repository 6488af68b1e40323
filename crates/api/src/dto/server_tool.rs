use serde::Serialize;
use serde_json::{Value, json};
use stead_application::tools::{Checked, ServerTool};
use stead_domain::ports::tool_server::{ToolDefinition, ToolServerErrorKind};
use utoipa::ToSchema;

/// A tool that a server has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = McpTool)]
pub struct ServerToolBody {
    /// Its name at the server.
    pub name: String,
    /// What models and the record call it.
    pub qualified_name: String,
    /// What it does, in the server's words.
    pub description: String,
    /// A JSON schema of its arguments.
    #[schema(value_type = Object)]
    pub input_schema: Value,
    /// Whether it is no longer what it was when it was accepted. Agents do not have it then, until an admin accepts it as
    /// it is.
    pub changed: bool,
}

/// What a server has now, in its order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = McpToolList)]
pub struct ServerToolsBody {
    /// Its tools.
    pub tools: Vec<ServerToolBody>,
}

impl From<ServerTool> for ServerToolBody {
    fn from(tool: ServerTool) -> Self {
        let ServerTool { definition, qualified_name, changed } = tool;
        let ToolDefinition { name, description, input_schema } = definition;
        Self { name, qualified_name, description, input_schema: input_schema.into_value(), changed }
    }
}

impl From<Vec<ServerTool>> for ServerToolsBody {
    fn from(tools: Vec<ServerTool>) -> Self {
        Self { tools: tools.into_iter().map(ServerToolBody::from).collect() }
    }
}

impl ServerToolsBody {
    /// An example for the document.
    pub fn sample() -> Self {
        let tool = ServerToolBody {
            name: "forecast".to_owned(),
            qualified_name: "weather__forecast".to_owned(),
            description: "The weather of the next days.".to_owned(),
            input_schema: json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}),
            changed: false,
        };
        Self { tools: vec![tool] }
    }
}

/// What a look at a server of tools came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = McpServerCheck)]
pub struct CheckedBody {
    /// Whether it can be used.
    pub reachable: bool,
    /// Why not.
    #[schema(required = true)]
    pub reason: Option<CheckReasonBody>,
    /// How many tools it has.
    #[schema(required = true)]
    pub tool_count: Option<usize>,
    /// Its tools that are no longer what they were when they were accepted.
    pub changed: Vec<String>,
}

/// Why a server of tools cannot be used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = McpServerCheckReason)]
pub struct CheckReasonBody {
    /// What kind of failure it was.
    pub code: CheckCodeBody,
    /// The same in words.
    pub message: String,
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = McpServerCheckCode)]
pub enum CheckCodeBody {
    /// It could not be reached or started.
    Unavailable,
    /// It did not answer in time.
    Timeout,
    /// The connection was lost.
    Lost,
    /// It does not accept the credential.
    Unauthorized,
    /// The operator does not allow this address or transport.
    Forbidden,
    /// It refused the request.
    Rejected,
    /// It sent more than is taken.
    TooLarge,
    /// What it sent is not MCP.
    Protocol,
}

impl From<ToolServerErrorKind> for CheckCodeBody {
    fn from(kind: ToolServerErrorKind) -> Self {
        match kind {
            ToolServerErrorKind::Unavailable => Self::Unavailable,
            ToolServerErrorKind::Timeout => Self::Timeout,
            ToolServerErrorKind::Lost => Self::Lost,
            ToolServerErrorKind::Unauthorized => Self::Unauthorized,
            ToolServerErrorKind::Forbidden => Self::Forbidden,
            ToolServerErrorKind::Rejected => Self::Rejected,
            ToolServerErrorKind::TooLarge => Self::TooLarge,
            ToolServerErrorKind::Protocol => Self::Protocol,
        }
    }
}

impl From<Checked> for CheckedBody {
    fn from(checked: Checked) -> Self {
        match checked {
            Checked::Reachable { tools, changed } => {
                Self { reachable: true, reason: None, tool_count: Some(tools), changed }
            }
            Checked::Unreachable { kind, reason } => Self {
                reachable: false,
                reason: Some(CheckReasonBody { code: kind.into(), message: reason }),
                tool_count: None,
                changed: Vec::new(),
            },
        }
    }
}

impl CheckedBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self { reachable: true, reason: None, tool_count: Some(3), changed: vec!["forecast".to_owned()] }
    }
}
