//! The port to servers of tools (MCP).

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{Json, McpServerId};

/// The way to all tool servers: which one is meant is said with every call.
///
/// # Contract
/// - Connections are the adapter's business: it makes, keeps, and renews them, one per server and version; a server that
///   was restarted is found again by the next call.
/// - Nothing is retried once a call may have reached the server: a call is made at most once.
/// - Every method ends within [`ToolServerAddress::timeout`] and a second, whatever the server does.
/// - Dropping the future of a call tells the server that it is cancelled, where that can be told, and lets go of it.
/// - What a server sends is bounded: a definition or an answer beyond the limits is [`ToolServerErrorKind::TooLarge`], and
///   costs no more memory than the limit.
/// - Addresses that users give are checked: [`ToolServerErrorKind::Forbidden`] for what leads into a private network, by
///   literal, name or redirect, unless the operator allows it.
#[async_trait]
pub trait ToolServer: Send + Sync + 'static {
    /// Whether a server may be reached this way at all, as far as can be told without connecting to it: what is asked
    /// before one is registered. A name that cannot be resolved now is not an error.
    ///
    /// # Errors
    /// [`ToolServerErrorKind::Forbidden`] alone, with a detail that an admin understands: a process where none is allowed, a
    /// literal or a name that leads into a private network.
    async fn check_endpoint(&self, endpoint: &ToolEndpoint) -> Result<(), ToolServerError>;

    /// The tools that a server has now, in its order: at most [`MAX_TOOLS`].
    ///
    /// # Errors
    /// As [`ToolServerErrorKind`] says.
    async fn list_tools(&self, server: &ToolServerAddress) -> Result<Vec<ToolDefinition>, ToolServerError>;

    /// Calls a tool once. A tool's own failure is an `Ok` with [`ToolOutput::is_error`].
    ///
    /// # Errors
    /// As [`ToolServerErrorKind`] says; [`ToolServerError::may_have_had_effect`] tells those after which nobody knows what
    /// the tool has done.
    async fn call(&self, server: &ToolServerAddress, call: ToolInvocation) -> Result<ToolOutput, ToolServerError>;

    /// Lets go of every server, at the end: sessions are closed, processes have ended and are reaped.
    async fn close(&self) {}
}

/// A server may have so many tools.
pub const MAX_TOOLS: usize = 1_000;
/// A schema of arguments may have so many bytes.
pub const MAX_SCHEMA_BYTES: usize = 64 * 1024;
/// A description may have so many characters; what is longer is cut.
pub const MAX_DESCRIPTION_CHARS: usize = 4_096;
/// An answer of a tool, or one page of definitions, may have so many bytes.
pub const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// Which server, and how to reach it.
#[derive(Clone)]
pub struct ToolServerAddress {
    /// Its id: what connections are kept by.
    pub id: McpServerId,
    /// A connection of an older version is not used again.
    pub version: i64,
    /// How.
    pub endpoint: ToolEndpoint,
    /// How long a call, a listing, or connecting may take.
    pub timeout: Duration,
}

/// How a server of tools is reached. It holds secrets and is therefore not `Debug`.
#[derive(Clone)]
pub enum ToolEndpoint {
    /// MCP's Streamable HTTP.
    Http {
        /// Where.
        url: String,
        /// Sent with every request; the values are secret.
        headers: Vec<(String, String)>,
    },
    /// A process of its own, spoken to by standard input and output.
    Stdio {
        /// The program.
        command: String,
        /// Its arguments.
        args: Vec<String>,
    },
}

/// A tool, as its server describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDefinition {
    /// Its name at the server: 1 to 128 characters.
    pub name: String,
    /// What it does, in the server's words: not to be trusted. At most [`MAX_DESCRIPTION_CHARS`].
    pub description: String,
    /// A JSON schema of its arguments: an object of at most [`MAX_SCHEMA_BYTES`].
    pub input_schema: Json,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolInvocation {
    /// Its name at the server.
    pub tool_name: String,
    /// A JSON object.
    pub arguments: Json,
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolOutput {
    /// `{"content": [...], "structured"?: ...}`: blocks as MCP has them, at most [`MAX_ANSWER_BYTES`].
    pub result: Json,
    /// The tool says that it failed; the content says how.
    pub is_error: bool,
}

/// A server of tools failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind:?}: {detail}")]
pub struct ToolServerError {
    /// What a caller can act on.
    pub kind: ToolServerErrorKind,
    /// For admins and the log: no secrets, no arguments, no results.
    pub detail: String,
    /// What the server said to a refused call, for the model: not to be trusted, and not for the log.
    pub said: Option<String>,
    /// What was underneath.
    #[source]
    pub source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolServerErrorKind {
    /// It could not be reached or started, or asked to be left alone. Trying later may help.
    Unavailable,
    /// It did not answer in time: a call may have had its effect.
    Timeout,
    /// The connection was lost, or the process ended, during a call, which may have had its effect.
    Lost,
    /// The credential is not accepted.
    Unauthorized,
    /// The operator's settings do not allow this address or transport.
    Forbidden,
    /// It does not have this tool, or does not accept these arguments; [`ToolServerError::said`] may say why.
    Rejected,
    /// It answered more than is taken: a call has had its effect.
    TooLarge,
    /// What came back makes no sense: a call may have had its effect.
    Protocol,
}

impl ToolServerError {
    /// An error without more to say about it.
    pub fn new(kind: ToolServerErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), said: None, source: None }
    }

    /// The same with what the server said.
    #[must_use]
    pub fn saying(mut self, said: impl Into<String>) -> Self {
        self.said = Some(said.into());
        self
    }

    /// The same with what was underneath.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Whether the same may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            ToolServerErrorKind::Unavailable | ToolServerErrorKind::Timeout | ToolServerErrorKind::Lost => true,
            ToolServerErrorKind::Unauthorized
            | ToolServerErrorKind::Forbidden
            | ToolServerErrorKind::Rejected
            | ToolServerErrorKind::TooLarge
            | ToolServerErrorKind::Protocol => false,
        }
    }

    /// Whether a call that failed like this may have done something.
    pub fn may_have_had_effect(&self) -> bool {
        match self.kind {
            ToolServerErrorKind::Timeout
            | ToolServerErrorKind::Lost
            | ToolServerErrorKind::TooLarge
            | ToolServerErrorKind::Protocol => true,
            ToolServerErrorKind::Unavailable
            | ToolServerErrorKind::Unauthorized
            | ToolServerErrorKind::Forbidden
            | ToolServerErrorKind::Rejected => false,
        }
    }
}
