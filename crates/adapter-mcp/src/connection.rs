//! One session with one server, through rmcp.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use rmcp::{
    RoleClient, ServiceError,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ClientConfig, ErrorData,
        Implementation, ListToolsResult, PaginatedRequestParams, ProtocolVersion,
    },
    service::{ClientCacheConfig, ClientInitializeError, RunningService, serve_client},
    transport::{DynamicTransportError, Transport},
};
use stead_domain::ports::tool_server::{ToolEndpoint, ToolInvocation, ToolServerError, ToolServerErrorKind};
use tokio_util::task::TaskTracker;

use crate::{
    McpConfig,
    failure::{Fault, error},
    guard::Guard,
    http::HttpTransport,
    sieve::Sieve,
    stdio::{GARBLED, Process, StdioTransport},
};

/// A process that let so many calls in a row wait in vain is started afresh.
const MAX_TIMEOUTS: u32 = 2;

/// What makes connections.
pub(crate) struct Opener {
    pub(crate) config: McpConfig,
    pub(crate) guard: Guard,
    pub(crate) http: reqwest::Client,
    pub(crate) tasks: TaskTracker,
}

/// A session. Dropping it ends it, and its process.
pub(crate) struct Connection {
    client: RunningService<RoleClient, ClientConfig>,
    process: Option<Arc<Process>>,
    timeouts: AtomicU32,
}

/// Why there is no answer.
pub(crate) enum Failure {
    /// The way to the server failed.
    Fault(Fault),
    /// The server refused.
    Refused(ErrorData),
}

impl Opener {
    pub(crate) async fn open(&self, endpoint: &ToolEndpoint) -> Result<Connection, ToolServerError> {
        match endpoint {
            ToolEndpoint::Http { url, headers } => {
                let transport = HttpTransport::new(self.http.clone(), self.guard, url, headers, self.tasks.token());
                Connection::start(transport.map_err(Fault::into_connecting_error)?, None).await
            }
            ToolEndpoint::Stdio { command, args } => {
                let Some(config) = &self.config.stdio else { return Err(no_stdio()) };
                let transport = StdioTransport::start(config, command, args, &self.tasks);
                let transport = transport.map_err(Fault::into_connecting_error)?;
                let process = transport.process();
                Connection::start(transport, Some(process)).await
            }
        }
    }
}

pub(crate) fn no_stdio() -> ToolServerError {
    error(ToolServerErrorKind::Forbidden, "programs of this machine are not allowed as servers (mcp.stdio)")
}

impl Connection {
    async fn start<T>(transport: T, process: Option<Arc<Process>>) -> Result<Self, ToolServerError>
    where
        T: Transport<RoleClient, Error = Fault> + 'static,
    {
        let us = Implementation::new("stead", env!("CARGO_PKG_VERSION"));
        let config = ClientConfig::new(ClientCapabilities::default(), us)
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE);
        let client = serve_client(config, Sieve::new(transport)).await;
        let client = client.map_err(|error| connecting_error(error, process.as_deref()))?;
        // What was true before says nothing now.
        client.set_response_cache_config(ClientCacheConfig::disabled()).await;
        Ok(Self { client, process, timeouts: AtomicU32::new(0) })
    }

    /// Whether it is worth a try.
    pub(crate) fn is_usable(&self) -> bool {
        let is_stuck = self.process.is_some() && self.timeouts.load(Ordering::Relaxed) >= MAX_TIMEOUTS;
        !is_stuck
            && !self.client.is_transport_closed()
            && !self.client.is_closed()
            && self.process.as_ref().is_none_or(|process| !process.has_ended())
    }

    /// Notes a call that waited in vain.
    pub(crate) fn timed_out(&self) {
        self.timeouts.fetch_add(1, Ordering::Relaxed);
    }

    /// A page of its tools. A caller that leaves cancels.
    pub(crate) async fn list_page(&self, cursor: Option<String>) -> Result<ListToolsResult, Failure> {
        let page = PaginatedRequestParams::default().with_cursor(cursor);
        let listed = self.client.peer().list_tools(Some(page)).await;
        self.answered(listed)
    }

    /// Calls a tool. A caller that leaves cancels.
    pub(crate) async fn call(&self, call: ToolInvocation) -> Result<CallToolResult, Failure> {
        let mut params = CallToolRequestParams::new(call.tool_name);
        params.arguments = call.arguments.into_value().as_object().cloned();
        let answer = self.client.peer().call_tool_once(params).await;
        match self.answered(answer)? {
            CallToolResponse::Complete(result) => Ok(result),
            _ => Err(Failure::Fault(Fault::Garbled("it wants more than a call"))),
        }
    }

    fn answered<T>(&self, answer: Result<T, ServiceError>) -> Result<T, Failure> {
        let answer = answer.map_err(|error| match error {
            ServiceError::McpError(refusal) if refusal.code.0 == GARBLED => {
                Failure::Fault(Fault::Garbled("it cannot be read"))
            }
            ServiceError::McpError(refusal) => Failure::Refused(refusal),
            ServiceError::TransportSend(error) => Failure::Fault(own(&error).unwrap_or(Fault::Closed)),
            ServiceError::UnexpectedResponse => Failure::Fault(Fault::Garbled("it answers something else")),
            _ => Failure::Fault(self.process.as_ref().map_or(Fault::Closed, |process| process.why_ended())),
        });
        if !matches!(answer, Err(Failure::Fault(_))) {
            self.timeouts.store(0, Ordering::Relaxed);
        }
        answer
    }
}

/// rmcp's errors quote what came; only what is our own is passed on.
fn connecting_error(error: ClientInitializeError, process: Option<&Process>) -> ToolServerError {
    let fault = match error {
        ClientInitializeError::TransportError { error, .. } => own(&error).unwrap_or(Fault::Closed),
        ClientInitializeError::ConnectionClosed(_) => process.map_or(Fault::Closed, Process::why_ended),
        ClientInitializeError::JsonRpcError(_) => Fault::Garbled("it refuses to begin"),
        _ => Fault::Garbled("it does not begin as it should"),
    };
    fault.into_connecting_error()
}

fn own(error: &DynamicTransportError) -> Option<Fault> {
    error.error.downcast_ref::<Fault>().cloned()
}
