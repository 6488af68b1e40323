//! What the endpoint is sent.

use serde_json::json;
use stead_adapter_openai::OpenAiLlm;
use stead_domain::ports::llm::{LlmErrorKind, LlmMessage, LlmProviderExt, LlmRequest, Purpose};

use crate::setup::{OpenAiWireServer, config, config_of, llm, question, refusal};

#[tokio::test]
async fn the_request_is_openais() {
    let server = OpenAiWireServer::start_with_key("sk-test").await;
    let llm = OpenAiLlm::new(config(&server).with_api_key("sk-test".into())).unwrap();
    let request = LlmRequest { model: Some("other-model".into()), ..question("Hi?") };
    assert_eq!(llm.complete(request, 1_000).await.unwrap().finished.model, "other-model");

    let asked = &server.requests()[0];
    assert_eq!(asked.header("authorization"), Some("Bearer sk-test"));
    assert_eq!(
        asked.body,
        json!({
            "model": "other-model", "stream": true, "stream_options": {"include_usage": true},
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi?"}],
            "temperature": 0.5, "max_tokens": 200,
        })
    );
}

#[tokio::test]
async fn without_a_key_none_is_sent_and_the_configured_model_is_asked() {
    let server = OpenAiWireServer::start().await;
    llm(&server).complete(question("Hi?"), 1_000).await.unwrap();
    let asked = &server.requests()[0];
    assert_eq!((asked.header("authorization"), asked.model()), (None, "test-model"));
}

#[tokio::test]
async fn a_title_is_asked_for_like_anything_else() {
    let server = OpenAiWireServer::start().await;
    server.title("Pears");
    let request = LlmRequest {
        purpose: Purpose::Title,
        messages: vec![LlmMessage::System("Give it a title.".into()), LlmMessage::User("Pears?".into())],
        ..question("")
    };
    assert_eq!(llm(&server).complete(request, 1_000).await.unwrap().content, "Pears");
    assert_eq!(llm(&server).complete(question("Pears?"), 1_000).await.unwrap().content, "Pears?");
}

#[tokio::test]
async fn what_the_endpoint_does_not_take_is_rejected() {
    let server = OpenAiWireServer::start().await;
    assert_eq!(
        refusal(&OpenAiLlm::new(config_of(&format!("{}/v2", server.base_url()))).unwrap()).await.kind,
        LlmErrorKind::Rejected
    );

    // A tool's result that answers no call.
    let messages = vec![LlmMessage::Tool { call_id: "a".into(), content: "noon".into() }];
    let error = llm(&server).complete(LlmRequest { messages, ..question("") }, 1_000).await.unwrap_err();
    assert_eq!(error.kind, LlmErrorKind::Rejected);
    assert_eq!(server.refusals(), ["a tool message answers no tool call before it"]);
}
