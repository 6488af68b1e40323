//! What the port promises.

use std::{sync::Arc, time::Duration};

use stead_adapter_openai::OpenAiLlm;
use stead_domain::ports::llm::{LlmErrorKind, LlmProvider};
use stead_testkit::contracts::llm::{LlmHarness, Scene};

use crate::setup::{OpenAiWireServer, Reply, config};

struct OpenAi {
    server: OpenAiWireServer,
    llm: Arc<OpenAiLlm>,
}

#[async_trait::async_trait]
impl LlmHarness for OpenAi {
    fn llm(&self) -> Arc<dyn LlmProvider> {
        Arc::clone(&self.llm) as Arc<dyn LlmProvider>
    }

    fn arrange(&self, scene: &Scene) -> bool {
        let reply = match scene {
            Scene::Text(pieces) => Reply::pieces(pieces).in_writes_of(7),
            Scene::ToolCalls(calls) => Reply::tool_calls(
                calls.iter().map(|call| (call.id.as_str(), call.name.as_str(), call.arguments.as_str())),
            ),
            Scene::Refuses(LlmErrorKind::Rejected) => Reply::status(400),
            Scene::Refuses(LlmErrorKind::Unauthorized) => Reply::status(401),
            Scene::Refuses(LlmErrorKind::Unavailable) => Reply::status(503),
            Scene::Refuses(LlmErrorKind::Protocol) => Reply::text("").not_json_after(0),
            Scene::Refuses(LlmErrorKind::Timeout) => Reply::hang(),
            Scene::BreaksOffAfter(pieces) => Reply::pieces(pieces).cut_after(pieces.len()),
            Scene::TimesOutAfter(pieces) | Scene::HangsAfter(pieces) => Reply::pieces(pieces).hang_after(pieces.len()),
        };
        let times =
            if matches!(scene, Scene::Refuses(LlmErrorKind::Unavailable | LlmErrorKind::Timeout)) { 3 } else { 1 };
        (0..times).for_each(|_| self.server.script(reply.clone()));
        true
    }

    fn times_asked(&self) -> Option<usize> {
        Some(self.server.requests().len())
    }

    async fn caller_left(&self) {
        self.server.wait_for_clients_left(1).await;
    }
}

async fn make() -> OpenAi {
    let server = OpenAiWireServer::start().await;
    let mut config = config(&server);
    config.timeouts.idle = Duration::from_secs(1);
    config.breaker.failures = 100;
    OpenAi { llm: Arc::new(OpenAiLlm::new(config).unwrap()), server }
}

stead_testkit::llm_contract_tests!(make);
