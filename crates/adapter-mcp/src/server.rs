use std::sync::Arc;

use async_trait::async_trait;
use rmcp::model::{ErrorCode, ErrorData};
use serde_json::json;
use stead_domain::{
    Json,
    ports::tool_server::{
        ToolDefinition, ToolEndpoint, ToolInvocation, ToolOutput, ToolServer, ToolServerAddress, ToolServerError,
        ToolServerErrorKind,
    },
};
use tokio::{
    runtime::Handle,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;

use crate::{
    McpConfig, answer,
    connection::{Failure, Opener, no_stdio},
    connections::{Connections, Lease},
    definitions::Definitions,
    failure::{Fault, error},
    guard::{Blocked, Guard},
};

/// Connecting alone may take so long, whatever a server's time-out.
const CONNECT_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(3);
/// At the end, processes may take so long.
const CLOSE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);
/// So much of a server's words about a refused call is passed on.
const MAX_SAID_CHARS: usize = 2_000;

/// All MCP servers.
pub struct McpToolServer {
    connections: Arc<Connections>,
    guard: Guard,
    allows_stdio: bool,
    tasks: TaskTracker,
    end: CancellationToken,
}

impl McpToolServer {
    /// Ready to connect as configured; nothing is reached yet. Connections live on the runtime in which this is called.
    ///
    /// # Errors
    /// There is no runtime, or the system's certificates cannot be used.
    pub fn new(config: McpConfig) -> Result<Self, ToolServerError> {
        let unusable = |detail: &str| error(ToolServerErrorKind::Unavailable, detail);
        let runtime = Handle::try_current().map_err(|none| unusable("there is no runtime").caused_by(none))?;
        let guard = Guard::new(config.allow_private);
        let http = guard.http_client().connect_timeout(CONNECT_TIMEOUT).build();
        let http = http.map_err(|failed| unusable("there is no HTTP client").caused_by(failed))?;
        let (tasks, end) = (TaskTracker::new(), CancellationToken::new());
        let allows_stdio = config.stdio.is_some();
        let opener = Opener { config, guard, http, tasks: tasks.clone() };
        let connections = Connections::new(opener, runtime, end.clone());
        Ok(Self { connections, guard, allows_stdio, tasks, end })
    }

    async fn connect(&self, server: &ToolServerAddress, deadline: Instant) -> Result<Lease, ToolServerError> {
        let late = |_elapsed| error(ToolServerErrorKind::Unavailable, "it did not connect in time");
        timeout_at(deadline, self.connections.get(server)).await.map_err(late)?
    }
}

#[async_trait]
impl ToolServer for McpToolServer {
    async fn check_endpoint(&self, endpoint: &ToolEndpoint) -> Result<(), ToolServerError> {
        match endpoint {
            ToolEndpoint::Stdio { .. } if self.allows_stdio => Ok(()),
            ToolEndpoint::Stdio { .. } => Err(no_stdio()),
            ToolEndpoint::Http { url, .. } => {
                let checked = match Url::parse(url) {
                    Ok(url) => timeout(CONNECT_TIMEOUT, self.guard.check_name(&url)).await.unwrap_or(Ok(())),
                    Err(_invalid) => Err(Blocked::NotWeb),
                };
                checked.map_err(|blocked| Fault::Blocked(blocked).into_error())
            }
        }
    }

    async fn list_tools(&self, server: &ToolServerAddress) -> Result<Vec<ToolDefinition>, ToolServerError> {
        let deadline = Instant::now() + server.timeout;
        // A listing may be asked for again: it has no effect.
        match self.list_once(server, deadline).await {
            Err(Failed { may_try_again: true, .. }) => {}
            ended => return ended.map_err(|failed| failed.error),
        }
        self.list_once(server, deadline).await.map_err(|failed| failed.error)
    }

    async fn call(&self, server: &ToolServerAddress, call: ToolInvocation) -> Result<ToolOutput, ToolServerError> {
        if !call.arguments.value().is_object() {
            return Err(error(ToolServerErrorKind::Rejected, "the arguments are no object"));
        }
        let deadline = Instant::now() + server.timeout;
        // Only a call that the server has refused to look at is made again.
        match self.call_once(server, call.clone(), deadline).await {
            Err(Failed { may_try_again: true, .. }) => {}
            ended => return ended.map_err(|failed| failed.error),
        }
        self.call_once(server, call, deadline).await.map_err(|failed| failed.error)
    }

    async fn close(&self) {
        self.end.cancel();
        self.connections.clear();
        self.tasks.close();
        if timeout(CLOSE_TIMEOUT, self.tasks.wait()).await.is_err() {
            tracing::warn!("some servers of tools did not end in time");
        }
    }
}

impl Drop for McpToolServer {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

struct Failed {
    error: ToolServerError,
    may_try_again: bool,
}

impl From<ToolServerError> for Failed {
    fn from(error: ToolServerError) -> Self {
        Self { error, may_try_again: false }
    }
}

impl McpToolServer {
    async fn list_once(&self, server: &ToolServerAddress, deadline: Instant) -> Result<Vec<ToolDefinition>, Failed> {
        let lease = self.connect(server, deadline).await?;
        let mut definitions = Definitions::default();
        let mut cursor = None;
        loop {
            let page = match timeout_at(deadline, lease.connection.list_page(cursor)).await {
                Ok(Ok(page)) => page,
                Ok(Err(Failure::Refused(refusal))) => {
                    let refused = error(ToolServerErrorKind::Protocol, "it refused to list its tools");
                    return Err(refused.saying(said(&refusal)).into());
                }
                Ok(Err(Failure::Fault(fault))) => {
                    let may_try_again =
                        matches!(fault, Fault::SessionGone | Fault::Broken(_) | Fault::Ended | Fault::Closed);
                    lease.discard().await;
                    return Err(Failed { error: fault.into_error(), may_try_again });
                }
                Err(_elapsed) => {
                    lease.connection.timed_out();
                    return Err(error(ToolServerErrorKind::Timeout, "it did not list its tools in time").into());
                }
            };
            cursor = definitions.take(page)?;
            if cursor.is_none() {
                return Ok(definitions.into_tools());
            }
        }
    }

    async fn call_once(
        &self,
        server: &ToolServerAddress,
        call: ToolInvocation,
        deadline: Instant,
    ) -> Result<ToolOutput, Failed> {
        let lease = self.connect(server, deadline).await?;
        match timeout_at(deadline, lease.connection.call(call)).await {
            Ok(Ok(result)) => Ok(answer::output(result)?),
            Ok(Err(Failure::Refused(refusal))) => refused(&refusal).map_err(Failed::from),
            Ok(Err(Failure::Fault(fault))) => {
                let may_try_again = matches!(fault, Fault::SessionGone);
                if may_try_again || !lease.connection.is_usable() {
                    lease.discard().await;
                }
                Err(Failed { error: fault.into_error(), may_try_again })
            }
            Err(_elapsed) => {
                lease.connection.timed_out();
                Err(error(ToolServerErrorKind::Timeout, "it did not answer in time").into())
            }
        }
    }
}

/// An error instead of an answer: one that says that nothing was called is a refusal; any other is what became of the call.
fn refused(refusal: &ErrorData) -> Result<ToolOutput, ToolServerError> {
    let nothing_called =
        [ErrorCode::METHOD_NOT_FOUND, ErrorCode::INVALID_PARAMS, ErrorCode::INVALID_REQUEST, ErrorCode::PARSE_ERROR];
    let said = said(refusal);
    if nothing_called.contains(&refusal.code) {
        return Err(error(ToolServerErrorKind::Rejected, "it refused the call").saying(said));
    }
    let result = Json::trusted(json!({"content": [{"type": "text", "text": said}]}));
    Ok(ToolOutput { result, is_error: true })
}

fn said(refusal: &ErrorData) -> String {
    refusal.message.chars().filter(|c| *c != '\0').take(MAX_SAID_CHARS).collect()
}
