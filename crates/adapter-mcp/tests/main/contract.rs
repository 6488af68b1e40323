//! What the port promises, over each transport.

use std::sync::Arc;

use stead_adapter_mcp::McpToolServer;
use stead_domain::{
    Json,
    ports::tool_server::{ToolEndpoint, ToolInvocation, ToolServer},
};
use stead_testkit::contracts::tool_server::{Scene, ToolServerHarness};
use tokio::sync::Mutex;

use crate::setup::{AnswersBy, McpHttpServer, McpProcessServer, McpReply, adapter, http, process};

fn pairs(calls: Vec<ToolInvocation>) -> Vec<(String, Json)> {
    calls.into_iter().map(|call| (call.tool_name, call.arguments)).collect()
}

struct OverHttp {
    adapter: Arc<McpToolServer>,
    url: String,
    server: Mutex<McpHttpServer>,
}

#[async_trait::async_trait]
impl ToolServerHarness for OverHttp {
    fn tools(&self) -> Arc<dyn ToolServer> {
        Arc::clone(&self.adapter) as Arc<dyn ToolServer>
    }

    fn endpoint(&self) -> ToolEndpoint {
        http(&self.url)
    }

    async fn arrange(&self, scene: Scene) -> bool {
        let mut server = self.server.lock().await;
        match scene {
            Scene::Tools(tools) => server.offer(&tools),
            Scene::Answers(output) => server.script(McpReply::output(&output)),
            Scene::Hangs => server.script(McpReply::hangs()),
            Scene::Breaks => server.script(McpReply::breaks()),
            Scene::Refuses(said) => server.script(McpReply::error(-32602, &said)),
            Scene::Restarts => server.restart().await,
            Scene::Gone => server.stop().await,
        }
        true
    }

    async fn calls(&self) -> Vec<(String, Json)> {
        pairs(self.server.lock().await.calls())
    }

    async fn called(&self, count: usize) {
        self.server.lock().await.wait_for_calls(count).await;
    }

    async fn cancelled(&self, count: usize) {
        self.server.lock().await.wait_for_cancelled(count).await;
    }
}

async fn over_http(answers_by: AnswersBy) -> OverHttp {
    let server = McpHttpServer::start(answers_by).await;
    OverHttp { adapter: adapter(), url: server.url(), server: Mutex::new(server) }
}

struct OverStdio {
    adapter: Arc<McpToolServer>,
    server: McpProcessServer,
}

#[async_trait::async_trait]
impl ToolServerHarness for OverStdio {
    fn tools(&self) -> Arc<dyn ToolServer> {
        Arc::clone(&self.adapter) as Arc<dyn ToolServer>
    }

    fn endpoint(&self) -> ToolEndpoint {
        process(&self.server)
    }

    async fn arrange(&self, scene: Scene) -> bool {
        match scene {
            Scene::Tools(tools) => self.server.offer(&tools),
            Scene::Answers(output) => self.server.script(McpReply::output(&output)),
            Scene::Hangs => self.server.script(McpReply::hangs()),
            Scene::Breaks => self.server.script(McpReply::breaks()),
            Scene::Refuses(said) => self.server.script(McpReply::error(-32602, &said)),
            Scene::Restarts => {
                self.server.end_processes().await;
                self.server.refuse(false);
            }
            Scene::Gone => {
                self.server.end_processes().await;
                self.server.refuse(true);
            }
        }
        true
    }

    async fn calls(&self) -> Vec<(String, Json)> {
        pairs(self.server.calls())
    }

    async fn called(&self, count: usize) {
        self.server.wait_for_calls(count).await;
    }

    async fn cancelled(&self, count: usize) {
        self.server.wait_for_cancelled(count).await;
    }
}

mod http_by_json {
    use super::*;

    async fn make() -> OverHttp {
        over_http(AnswersBy::Json).await
    }

    stead_testkit::tool_server_contract_tests!(make);
}

mod http_by_events {
    use super::*;

    async fn make() -> OverHttp {
        over_http(AnswersBy::Events).await
    }

    stead_testkit::tool_server_contract_tests!(make);
}

mod stdio {
    use super::*;

    async fn make() -> OverStdio {
        OverStdio { adapter: adapter(), server: McpProcessServer::start().await }
    }

    stead_testkit::tool_server_contract_tests!(make);
}
