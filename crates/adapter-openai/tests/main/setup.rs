//! An adapter pointed at a server.

use std::time::Duration;

use futures_util::StreamExt;
use stead_adapter_openai::{OpenAiConfig, OpenAiLlm};
use stead_domain::ports::llm::{LlmError, LlmEvent, LlmProvider};
pub use stead_testkit::{
    contracts::llm::question,
    openai_wire::{OpenAiWireServer, Reply},
};

/// The server's settings, patient, but asking again at once.
pub fn config(server: &OpenAiWireServer) -> OpenAiConfig {
    config_of(&server.base_url())
}

pub fn config_of(base_url: &str) -> OpenAiConfig {
    let mut config = OpenAiConfig::new(base_url, "test-model").unwrap();
    config.retries.delay = Duration::from_millis(1);
    config
}

pub fn llm(server: &OpenAiWireServer) -> OpenAiLlm {
    OpenAiLlm::new(config(server)).unwrap()
}

/// Why it did not begin to answer.
pub async fn refusal(llm: &OpenAiLlm) -> LlmError {
    llm.stream(question("the secret text")).await.err().unwrap()
}

/// The text of an answer that began, and how it ended.
pub async fn read(llm: &OpenAiLlm) -> (String, Result<LlmEvent, LlmError>) {
    let mut events: Vec<_> = llm.stream(question("the secret text")).await.unwrap().collect().await;
    let last = events.pop().unwrap();
    let text = events
        .into_iter()
        .filter_map(|event| match event.unwrap() {
            LlmEvent::Text(text) => Some(text),
            _ => None,
        })
        .collect();
    (text, last)
}
