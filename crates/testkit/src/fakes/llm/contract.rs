//! The fake keeps what the port promises.

use std::sync::Arc;

use async_trait::async_trait;
use stead_domain::ports::llm::{LlmErrorKind, LlmProvider};

use super::{FakeLlm, FakeReply};
use crate::contracts::llm::{LlmHarness, Scene};

#[async_trait]
impl LlmHarness for FakeLlm {
    fn llm(&self) -> Arc<dyn LlmProvider> {
        Arc::new(self.clone())
    }

    fn arrange(&self, scene: &Scene) -> bool {
        self.script(match scene {
            Scene::Text(pieces) => FakeReply::pieces(pieces),
            Scene::ToolCalls(calls) => FakeReply::tool_calls(
                calls.iter().map(|call| (call.id.as_str(), call.name.as_str(), call.arguments.as_str())),
            ),
            Scene::Refuses(kind) => FakeReply::refuses(*kind),
            Scene::BreaksOffAfter(pieces) => FakeReply::pieces(pieces).then_fails(LlmErrorKind::Protocol),
            Scene::TimesOutAfter(pieces) => FakeReply::pieces(pieces).then_fails(LlmErrorKind::Timeout),
            Scene::HangsAfter(pieces) => FakeReply::pieces(pieces).then_hangs(),
        });
        true
    }

    fn times_asked(&self) -> Option<usize> {
        Some(self.requests().len())
    }

    async fn caller_left(&self) {
        self.wait_for_callers_left(1).await;
    }
}

async fn make() -> FakeLlm {
    FakeLlm::new()
}

crate::llm_contract_tests!(make);
