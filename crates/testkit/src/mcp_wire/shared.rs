//! What a server and its connections know together.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard},
};

use hyper::HeaderMap;
use serde_json::{Value, json};
use stead_domain::{
    Json,
    ports::tool_server::{ToolDefinition, ToolInvocation},
};
use tokio::{sync::watch, time::timeout};

use super::reply::McpReply;
use crate::{fakes::tool, gate::PATIENCE};

type Answerer = Box<dyn Fn(&ToolInvocation) -> McpReply + Send>;

pub(super) struct Shared {
    plan: Mutex<Plan>,
    pub(super) progress: watch::Sender<Progress>,
}

pub(super) struct Plan {
    pub(super) tools: Vec<Value>,
    pub(super) page_size: usize,
    pub(super) listings: VecDeque<McpReply>,
    pub(super) script: VecDeque<McpReply>,
    pub(super) default: Answerer,
}

/// What has happened so far.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) calls: Vec<ToolInvocation>,
    pub(super) cancelled: usize,
    pub(super) sessions: usize,
    pub(super) ended_sessions: usize,
    pub(super) connections: usize,
    pub(super) answers: usize,
    pub(super) headers: Vec<HeaderMap>,
}

impl Shared {
    pub(super) fn new() -> Self {
        let plan = Plan {
            tools: vec![on_wire(&tool("echo"))],
            page_size: 100,
            listings: VecDeque::new(),
            script: VecDeque::new(),
            default: Box::new(|call| McpReply::text(&call.arguments.value().to_string())),
        };
        Self { plan: Mutex::new(plan), progress: watch::Sender::new(Progress::default()) }
    }

    pub(super) fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().expect("no answerer panicked")
    }

    pub(super) fn reply_to(&self, call: &ToolInvocation) -> McpReply {
        let mut plan = self.plan();
        plan.script.pop_front().unwrap_or_else(|| (plan.default)(call))
    }

    pub(super) async fn wait_for(&self, what: &str, reached: impl FnMut(&Progress) -> bool) {
        let mut progress = self.progress.subscribe();
        timeout(PATIENCE, progress.wait_for(reached))
            .await
            .unwrap_or_else(|_| panic!("waited too long for {what}"))
            .expect("the server holds the sender");
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("progress", &self.progress).finish_non_exhaustive()
    }
}

/// A definition as the wire has it.
pub(super) fn on_wire(tool: &ToolDefinition) -> Value {
    json!({"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema.value()})
}

/// A call as it came.
pub(super) fn invocation(params: &Value) -> ToolInvocation {
    let tool_name = params["name"].as_str().expect("a call names a tool").to_owned();
    ToolInvocation { tool_name, arguments: Json::trusted(params.get("arguments").cloned().unwrap_or(json!({}))) }
}

/// What both servers can be told and asked.
macro_rules! controls {
    ($server:ty) => {
        impl $server {
            /// From now on it has these tools.
            pub fn offer<'a>(
                &self,
                tools: impl IntoIterator<Item = &'a stead_domain::ports::tool_server::ToolDefinition>,
            ) {
                self.shared.plan().tools = tools.into_iter().map(crate::mcp_wire::shared::on_wire).collect();
            }

            /// From now on it has these tools, as the wire has them.
            pub fn offer_on_wire(&self, tools: impl IntoIterator<Item = serde_json::Value>) {
                self.shared.plan().tools = tools.into_iter().collect();
            }

            /// From now on it gives so many tools a page.
            pub fn page_size(&self, size: usize) {
                self.shared.plan().page_size = size;
            }

            /// Answers the next listing like this. Several wait in line.
            pub fn script_listing(&self, reply: crate::mcp_wire::McpReply) {
                self.shared.plan().listings.push_back(reply);
            }

            /// Answers the next call like this. Several wait in line.
            pub fn script(&self, reply: crate::mcp_wire::McpReply) {
                self.shared.plan().script.push_back(reply);
            }

            /// Answers every call that the script does not like this.
            pub fn answer_with(
                &self,
                answer: impl Fn(&stead_domain::ports::tool_server::ToolInvocation) -> crate::mcp_wire::McpReply
                + Send
                + 'static,
            ) {
                self.shared.plan().default = Box::new(answer);
            }

            /// The calls that have come, in order.
            pub fn calls(&self) -> Vec<stead_domain::ports::tool_server::ToolInvocation> {
                self.shared.progress.borrow().calls.clone()
            }

            /// How often a client has begun.
            pub fn sessions(&self) -> usize {
                self.shared.progress.borrow().sessions
            }

            /// How many connections were accepted, or processes started.
            pub fn connections(&self) -> usize {
                self.shared.progress.borrow().connections
            }

            /// How many of its own requests were answered.
            pub fn answers(&self) -> usize {
                self.shared.progress.borrow().answers
            }

            /// Waits until so many calls have come.
            pub async fn wait_for_calls(&self, count: usize) {
                self.shared.wait_for("calls", |progress| progress.calls.len() >= count).await;
            }

            /// Waits until it was told that so many requests are cancelled.
            pub async fn wait_for_cancelled(&self, count: usize) {
                self.shared.wait_for("cancellations", |progress| progress.cancelled >= count).await;
            }

            /// Waits until so many sessions were ended by their clients.
            pub async fn wait_for_ended_sessions(&self, count: usize) {
                self.shared.wait_for("sessions to end", |progress| progress.ended_sessions >= count).await;
            }
        }
    };
}

pub(super) use controls;
