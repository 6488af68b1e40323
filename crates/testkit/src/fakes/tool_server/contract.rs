//! The fake keeps what the port promises.

use std::sync::Arc;

use async_trait::async_trait;
use stead_domain::{
    Json,
    ports::tool_server::{ToolEndpoint, ToolServer, ToolServerError, ToolServerErrorKind},
};

use super::{FakeToolReply, FakeToolServer};
use crate::contracts::tool_server::{Scene, ToolServerHarness};

#[async_trait]
impl ToolServerHarness for FakeToolServer {
    fn tools(&self) -> Arc<dyn ToolServer> {
        Arc::new(self.clone())
    }

    fn endpoint(&self) -> ToolEndpoint {
        ToolEndpoint::Stdio { command: "fake".to_owned(), args: Vec::new() }
    }

    async fn arrange(&self, scene: Scene) -> bool {
        match scene {
            Scene::Tools(tools) => self.offer(tools),
            Scene::Answers(output) => self.script(FakeToolReply::answers(output)),
            Scene::Hangs => self.script(FakeToolReply::hangs()),
            Scene::Breaks => self.script(FakeToolReply::fails(ToolServerErrorKind::Lost)),
            Scene::Refuses(said) => {
                let refusal = ToolServerError::new(ToolServerErrorKind::Rejected, "as scripted").saying(said);
                self.script(FakeToolReply::fails(refusal));
            }
            Scene::Gone => self.set_gone(true),
            Scene::Restarts => self.set_gone(false),
        }
        true
    }

    async fn calls(&self) -> Vec<(String, Json)> {
        FakeToolServer::calls(self).into_iter().map(|call| (call.tool_name, call.arguments)).collect()
    }

    async fn called(&self, count: usize) {
        self.wait_for_calls(count).await;
    }

    async fn cancelled(&self, count: usize) {
        self.wait_for_cancelled(count).await;
    }
}

async fn make() -> FakeToolServer {
    FakeToolServer::new()
}

crate::tool_server_contract_tests!(make);
