//! Vectors.

use std::sync::Arc;

use stead_adapter_openai::OpenAiLlm;
use stead_domain::ports::{Embedder, llm::LlmErrorKind};

use crate::setup::{OpenAiWireServer, Reply, config, llm};

async fn make() -> (Arc<dyn Embedder>, OpenAiWireServer) {
    let server = OpenAiWireServer::start().await;
    (Arc::new(llm(&server)), server)
}

stead_testkit::embedder_contract_tests!(make);

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("text {n}")).collect()
}

#[tokio::test]
async fn texts_are_sent_in_batches_to_the_configured_model() {
    let server = OpenAiWireServer::start_with_key("sk-test").await;
    let mut config = config(&server).with_api_key("sk-test".into());
    config.embedding_model = "small".into();
    let llm = OpenAiLlm::new(config).unwrap();
    assert_eq!(llm.embed(&texts(150)).await.unwrap().len(), 150);
    let asked = server.side_requests();
    let sizes: Vec<usize> = asked.iter().map(|request| request.body["input"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [64, 64, 22]);
    assert!(asked.iter().all(|request| request.body["model"] == "small" && request.refused.is_none()));
    assert_eq!(Embedder::model(&llm), "small");
}

#[tokio::test]
async fn what_may_pass_is_asked_again_and_what_does_not_is_told() {
    let server = OpenAiWireServer::start().await;
    server.script_side(Reply::status(503));
    assert_eq!(llm(&server).embed(&texts(1)).await.unwrap().len(), 1);
    assert_eq!(server.side_requests().len(), 2);
    for (reply, kind) in [
        (Reply::status(401), LlmErrorKind::Unauthorized),
        (Reply::status(400), LlmErrorKind::Rejected),
        (Reply::text("").body("<html>"), LlmErrorKind::Protocol),
        (Reply::text("").body(r#"{"data": []}"#), LlmErrorKind::Protocol),
        (Reply::text("").body(r#"{"error": {"code": "invalid_api_key"}}"#), LlmErrorKind::Unauthorized),
        (Reply::text("").body(r#"{"data": [{"index": 1, "embedding": [1.0]}]}"#), LlmErrorKind::Protocol),
    ] {
        server.script_side(reply);
        assert_eq!(llm(&server).embed(&texts(1)).await.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn one_breaker_stands_before_vectors_and_answers() {
    let server = OpenAiWireServer::start().await;
    let mut config = config(&server);
    (config.breaker.failures, config.retries.most) = (2, 0);
    let llm = OpenAiLlm::new(config).unwrap();
    for _ in 0..2 {
        server.script_side(Reply::status(500));
        assert_eq!(llm.embed(&texts(1)).await.unwrap_err().kind, LlmErrorKind::Unavailable);
    }
    assert!(crate::setup::refusal(&llm).await.retry_after.is_some());
    assert!(server.requests().is_empty() && server.side_requests().len() == 2);
}

#[tokio::test]
async fn an_answer_that_does_not_come_ends_in_a_time_out() {
    let server = OpenAiWireServer::start().await;
    let mut config = config(&server);
    config.timeouts.whole = std::time::Duration::from_millis(200);
    server.script_side(Reply::hang());
    let error = OpenAiLlm::new(config).unwrap().embed(&texts(1)).await.unwrap_err();
    assert_eq!(error.kind, LlmErrorKind::Timeout);
}
