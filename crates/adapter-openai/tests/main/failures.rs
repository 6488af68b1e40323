//! Endpoints that do not answer, and what is told of them.

use std::error::Error as _;

use stead_adapter_openai::OpenAiLlm;
use stead_domain::ports::llm::{LlmError, LlmErrorKind};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::setup::{OpenAiWireServer, Reply, config, config_of, llm, refusal};

#[tokio::test]
async fn a_status_has_its_kind_and_says_only_its_codes() {
    let server = OpenAiWireServer::start().await;
    for (status, kind) in [
        (400, LlmErrorKind::Rejected),
        (401, LlmErrorKind::Unauthorized),
        (403, LlmErrorKind::Unauthorized),
        (404, LlmErrorKind::Rejected),
        (413, LlmErrorKind::Rejected),
        (422, LlmErrorKind::Rejected),
        (302, LlmErrorKind::Rejected),
    ] {
        server.script(Reply::status(status));
        let error = refusal(&llm(&server)).await;
        assert_eq!(error.kind, kind, "{status}");
        assert_eq!(error.detail, format!("the endpoint answered {status} (some_code, some_type)"));
    }
    assert_eq!(server.requests().len(), 7, "none is asked again");
}

#[tokio::test]
async fn garbage_before_the_first_token_is_a_refusal() {
    let server = OpenAiWireServer::start().await;
    for reply in [
        Reply::raw(""),
        Reply::raw("data: [DONE]\n\n"),
        Reply::raw(&b"data: \xff\n\n"[..]),
        Reply::text("").not_json_after(0),
        Reply::text("").cut_after(0),
        Reply::text("").half_frame_after(0),
        Reply::text("").body("{}").header("content-type", "application/json"),
        Reply::text("").body("<html>").header("content-type", "text/html"),
    ] {
        server.script(reply.clone());
        assert_eq!(refusal(&llm(&server)).await.kind, LlmErrorKind::Protocol, "{reply:?}");
    }
}

#[tokio::test]
async fn an_error_under_a_status_of_success_is_an_error() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::text("").json_error("invalid_api_key", "invalid_request_error", "no"));
    assert_eq!(refusal(&llm(&server)).await.kind, LlmErrorKind::Unauthorized);
}

#[tokio::test]
async fn an_error_body_without_end_is_not_read() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::status(400).body("x".repeat(5_000_000)));
    assert_eq!(refusal(&llm(&server)).await.detail, "the endpoint answered 400");
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_unavailable() {
    // A port that was free a moment ago, and a name that cannot exist.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for base_url in [format!("http://127.0.0.1:{port}/v1"), "http://nowhere.invalid/v1".to_owned()] {
        let error = refusal(&OpenAiLlm::new(config_of(&base_url)).unwrap()).await;
        assert_eq!(error.kind, LlmErrorKind::Unavailable, "{error}");
        assert!(error.source().is_some());
    }
}

#[tokio::test]
async fn an_endpoint_without_tls_or_http_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut greeter = tokio::task::JoinSet::new();
    greeter.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            socket.write_all(b"220 ready\r\n").await.ok();
        }
    });
    for scheme in ["https", "http"] {
        let llm = OpenAiLlm::new(config_of(&format!("{scheme}://127.0.0.1:{port}/v1"))).unwrap();
        assert_eq!(refusal(&llm).await.kind, LlmErrorKind::Unavailable, "{scheme}");
    }
}

/// Everything that could be logged of an error.
fn everything(error: &LlmError) -> String {
    let mut all = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(inner) = source {
        all += &format!(" {inner} {inner:?}");
        source = inner.source();
    }
    all
}

#[tokio::test]
async fn neither_key_nor_text_nor_url_is_told() {
    const KEY: &str = "sk-very-secret-key-1";
    let server = OpenAiWireServer::start_with_key("another").await;
    let llm = OpenAiLlm::new(config(&server).with_api_key(KEY.into())).unwrap();
    let refused = refusal(&llm).await;
    assert_eq!(refused.kind, LlmErrorKind::Unauthorized);
    assert!(server.refusals()[0].contains(KEY), "the server repeats the key");

    let echoing = OpenAiWireServer::start().await;
    echoing.answer_with(|request| {
        let text = request.last_user_text().to_owned();
        Reply::status(400).json_error(KEY, &text, &format!("{KEY} said {text}"))
    });
    let llm_of_echo = OpenAiLlm::new(config(&echoing).with_api_key(KEY.into())).unwrap();
    let echoed = refusal(&llm_of_echo).await;

    let broken = OpenAiLlm::new(config_of("http://nowhere.invalid/secret-path").with_api_key(KEY.into())).unwrap();
    for (error, llm) in [(refused, llm), (echoed, llm_of_echo), (refusal(&broken).await, broken)] {
        let told = format!("{} {llm:?}", everything(&error));
        for secret in [KEY, "very-secret", "the secret text"] {
            assert!(!told.contains(secret), "{told}");
        }
        assert!(!everything(&error).contains("secret-path"), "{error:?}");
    }
}
