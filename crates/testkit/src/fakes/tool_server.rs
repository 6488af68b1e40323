//! Servers of tools that do what they are told to.

#[cfg(test)]
mod contract;
mod reply;

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use serde_json::json;
use stead_domain::{
    Json, McpServerId,
    ports::tool_server::{
        MAX_TOOLS, ToolDefinition, ToolEndpoint, ToolInvocation, ToolOutput, ToolServer, ToolServerAddress,
        ToolServerError, ToolServerErrorKind,
    },
};
use tokio::{sync::watch, time::timeout};

use crate::gate::PATIENCE;

use reply::{Before, End};
pub use reply::{FakeToolFailure, FakeToolReply};

/// All servers of tools there are: whatever the address, there is one, with a tool `echo` until it is told otherwise. Calls
/// are answered as scripted, else by `answer_with`, else with the arguments as text. It keeps what was called. Clones are
/// the same servers.
#[derive(Clone)]
pub struct FakeToolServer(Arc<Inner>);

struct Inner {
    plan: Mutex<Plan>,
    progress: watch::Sender<Progress>,
}

struct Plan {
    tools: Vec<ToolDefinition>,
    tools_of: HashMap<McpServerId, Vec<ToolDefinition>>,
    listing: Option<FakeToolReply>,
    listing_of: HashMap<McpServerId, FakeToolReply>,
    script: VecDeque<FakeToolReply>,
    default: Answerer,
    forbidden: Box<dyn Fn(&ToolEndpoint) -> bool + Send>,
    is_gone: bool,
}

type Answerer = Box<dyn Fn(&FakeToolCall) -> FakeToolReply + Send>;

#[derive(Default)]
struct Progress {
    listings: usize,
    calls: Vec<FakeToolCall>,
    ended: usize,
    cancelled: Vec<FakeToolCall>,
}

/// A call that a server got.
#[derive(Debug, Clone, PartialEq)]
pub struct FakeToolCall {
    /// Which server.
    pub server: McpServerId,
    /// The version of its address.
    pub version: i64,
    /// The tool's name there.
    pub tool_name: String,
    /// What it was given.
    pub arguments: Json,
}

/// A definition of a tool that takes any object.
pub fn tool(name: &str) -> ToolDefinition {
    tool_taking(name, json!({"type": "object"}))
}

/// A definition of a tool that takes what the schema says.
pub fn tool_taking(name: &str, input_schema: serde_json::Value) -> ToolDefinition {
    ToolDefinition {
        name: name.to_owned(),
        description: format!("The tool {name}."),
        input_schema: Json::trusted(input_schema),
    }
}

impl FakeToolServer {
    /// Servers with a tool `echo`.
    pub fn new() -> Self {
        let plan = Plan {
            tools: vec![tool("echo")],
            tools_of: HashMap::new(),
            listing: None,
            listing_of: HashMap::new(),
            script: VecDeque::new(),
            default: Box::new(|call| FakeToolReply::text(call.arguments.value().to_string())),
            forbidden: Box::new(|_| false),
            is_gone: false,
        };
        Self(Arc::new(Inner { plan: Mutex::new(plan), progress: watch::Sender::new(Progress::default()) }))
    }

    /// From now on every server has these tools, unless it has its own.
    pub fn offer(&self, tools: impl IntoIterator<Item = ToolDefinition>) {
        self.plan().tools = tools.into_iter().collect();
    }

    /// From now on this server has these tools.
    pub fn offer_at(&self, server: McpServerId, tools: impl IntoIterator<Item = ToolDefinition>) {
        self.plan().tools_of.insert(server, tools.into_iter().collect());
    }

    /// Every listing goes like this, until [`FakeToolServer::listing_works`]: only its waiting and failing counts.
    pub fn listing_goes(&self, reply: FakeToolReply) {
        self.plan().listing = Some(reply);
    }

    /// The same for one server.
    pub fn listing_goes_at(&self, server: McpServerId, reply: FakeToolReply) {
        self.plan().listing_of.insert(server, reply);
    }

    /// Listings are answered again.
    pub fn listing_works(&self) {
        let mut plan = self.plan();
        plan.listing = None;
        plan.listing_of.clear();
    }

    /// Answers the next call like this. Several wait in line.
    pub fn script(&self, reply: FakeToolReply) {
        self.plan().script.push_back(reply);
    }

    /// Answers whatever the script does not like this.
    pub fn answer_with(&self, answer: impl Fn(&FakeToolCall) -> FakeToolReply + Send + 'static) {
        self.plan().default = Box::new(answer);
    }

    /// From now on these endpoints may not be used.
    pub fn forbid(&self, forbidden: impl Fn(&ToolEndpoint) -> bool + Send + 'static) {
        self.plan().forbidden = Box::new(forbidden);
    }

    /// From now on no server can be reached, or all can again.
    pub fn set_gone(&self, is_gone: bool) {
        self.plan().is_gone = is_gone;
    }

    /// What was called, in order, whatever became of it.
    pub fn calls(&self) -> Vec<FakeToolCall> {
        self.0.progress.borrow().calls.clone()
    }

    /// How often a tool was called.
    pub fn times_called(&self, tool_name: &str) -> usize {
        self.0.progress.borrow().calls.iter().filter(|call| call.tool_name == tool_name).count()
    }

    /// How often tools were listed.
    pub fn listings(&self) -> usize {
        self.0.progress.borrow().listings
    }

    /// The calls whose caller left before they ended: what a real server is told to cancel.
    pub fn cancelled(&self) -> Vec<FakeToolCall> {
        self.0.progress.borrow().cancelled.clone()
    }

    /// Waits until so many calls have come.
    pub async fn wait_for_calls(&self, count: usize) {
        self.wait_for("calls", |progress| progress.calls.len() >= count).await;
    }

    /// Waits until so many calls have ended by themselves.
    pub async fn wait_for_ended(&self, count: usize) {
        self.wait_for("calls to end", |progress| progress.ended >= count).await;
    }

    /// Waits until so many calls were cancelled.
    pub async fn wait_for_cancelled(&self, count: usize) {
        self.wait_for("calls to be cancelled", |progress| progress.cancelled.len() >= count).await;
    }

    async fn reach(&self, server: &ToolServerAddress) -> Result<(), ToolServerError> {
        self.check_endpoint(&server.endpoint).await?;
        if self.plan().is_gone {
            return Err(ToolServerError::new(ToolServerErrorKind::Unavailable, "it cannot be reached"));
        }
        Ok(())
    }

    async fn wait_for(&self, what: &str, reached: impl FnMut(&Progress) -> bool) {
        let mut progress = self.0.progress.subscribe();
        let reached = timeout(PATIENCE, progress.wait_for(reached)).await;
        reached.unwrap_or_else(|_| panic!("waited too long for {what}")).expect("the fake holds the sender");
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.plan.lock().expect("no answerer panicked")
    }
}

impl Default for FakeToolServer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for FakeToolServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeToolServer").finish_non_exhaustive()
    }
}

#[async_trait]
impl ToolServer for FakeToolServer {
    async fn check_endpoint(&self, endpoint: &ToolEndpoint) -> Result<(), ToolServerError> {
        if (self.plan().forbidden)(endpoint) {
            return Err(ToolServerError::new(ToolServerErrorKind::Forbidden, "this endpoint is forbidden"));
        }
        Ok(())
    }

    async fn list_tools(&self, server: &ToolServerAddress) -> Result<Vec<ToolDefinition>, ToolServerError> {
        self.reach(server).await?;
        self.0.progress.send_modify(|progress| progress.listings += 1);
        let (tools, reply) = {
            let plan = self.plan();
            let tools = plan.tools_of.get(&server.id).unwrap_or(&plan.tools).clone();
            (tools, plan.listing_of.get(&server.id).or(plan.listing.as_ref()).cloned())
        };
        if let Some(reply) = reply {
            play(reply, server).await?;
        }
        if tools.len() > MAX_TOOLS {
            return Err(ToolServerError::new(ToolServerErrorKind::TooLarge, "it has too many tools"));
        }
        Ok(tools)
    }

    async fn call(&self, server: &ToolServerAddress, call: ToolInvocation) -> Result<ToolOutput, ToolServerError> {
        self.reach(server).await?;
        let call = FakeToolCall {
            server: server.id,
            version: server.version,
            tool_name: call.tool_name,
            arguments: call.arguments,
        };
        let reply = {
            let mut plan = self.plan();
            let tools = plan.tools_of.get(&server.id).unwrap_or(&plan.tools);
            if !tools.iter().any(|tool| tool.name == call.tool_name) {
                let unknown = format!("Unknown tool: {}", call.tool_name);
                let error = ToolServerError::new(ToolServerErrorKind::Rejected, "it refused the call");
                return Err(error.saying(unknown));
            }
            plan.script.pop_front().unwrap_or_else(|| (plan.default)(&call))
        };
        self.0.progress.send_modify(|progress| progress.calls.push(call.clone()));
        let mut caller = Caller { servers: self.clone(), call: Some(call) };
        let output = play(reply, server).await;
        let is_late = output.as_ref().is_err_and(|error| error.kind == ToolServerErrorKind::Timeout);
        if !is_late {
            caller.call = None;
        }
        self.0.progress.send_modify(|progress| progress.ended += 1);
        output
    }
}

async fn play(reply: FakeToolReply, server: &ToolServerAddress) -> Result<ToolOutput, ToolServerError> {
    let answering = async {
        for before in reply.before {
            match before {
                Before::Gate(gate) => gate.pass().await,
                Before::Pause(pause) => tokio::time::sleep(pause).await,
            }
        }
        match reply.end {
            End::Answer(output) => Ok(output),
            End::Failure(error) => Err(error),
            End::Hang => std::future::pending().await,
            End::Panic => panic!("as scripted"),
        }
    };
    let late = |_elapsed| ToolServerError::new(ToolServerErrorKind::Timeout, "it did not answer in time");
    timeout(server.timeout, answering).await.map_err(late)?
}

/// Counts a caller that left, or waited too long, before the call was over.
struct Caller {
    servers: FakeToolServer,
    call: Option<FakeToolCall>,
}

impl Drop for Caller {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            self.servers.0.progress.send_modify(|progress| progress.cancelled.push(call));
        }
    }
}
