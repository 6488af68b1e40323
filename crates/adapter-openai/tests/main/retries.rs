//! What is asked again, how often and when.

use std::time::{Duration, Instant, SystemTime};

use stead_domain::ports::llm::{LlmErrorKind, LlmEvent};

use crate::setup::{OpenAiWireServer, Reply, config, llm, read, refusal};

#[tokio::test]
async fn what_may_pass_is_asked_twice_more() {
    for status in [408, 409, 429, 500, 502, 503, 529] {
        let server = OpenAiWireServer::start().await;
        for _ in 0..3 {
            server.script(Reply::status(status));
        }
        let error = refusal(&llm(&server)).await;
        assert_eq!(error.kind, LlmErrorKind::Unavailable, "{status}");
        assert_eq!(server.requests().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn a_later_attempt_may_succeed() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::status(503));
    server.script(Reply::text("").error_after(0, "server_error", "server_error"));
    server.script(Reply::text("at last"));
    let (text, last) = read(&llm(&server)).await;
    assert_eq!(text, "at last");
    assert!(matches!(last, Ok(LlmEvent::Finished(_))));
    let [first, .., third] = &server.requests()[..] else { panic!("several requests") };
    assert_eq!(first.body, third.body);
}

#[tokio::test]
async fn spent_money_is_not_asked_for_again() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::status(429).json_error("insufficient_quota", "insufficient_quota", "pay"));
    assert_eq!(refusal(&llm(&server)).await.kind, LlmErrorKind::Unauthorized);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_endpoint_says_how_long_to_wait() {
    let in_two_seconds = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    for (name, value, least) in [
        ("retry-after-ms", "120", Duration::from_millis(120)),
        ("retry-after", "0.12", Duration::from_millis(120)),
        // Whole seconds: up to one of them has already begun.
        ("retry-after", in_two_seconds.as_str(), Duration::from_millis(500)),
    ] {
        let server = OpenAiWireServer::start().await;
        server.script(Reply::status(429).header(name, value));
        let began = Instant::now();
        assert_eq!(read(&llm(&server)).await.0, "the secret text");
        assert!(began.elapsed() >= least, "{name}: {value}");
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn who_asks_for_too_long_is_not_waited_for() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::status(503).header("retry-after", "121"));
    let error = refusal(&llm(&server)).await;
    assert_eq!((error.kind, error.retry_after), (LlmErrorKind::Unavailable, Some(Duration::from_secs(121))));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn no_pause_outlasts_the_whole() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::status(503).header("retry-after", "60"));
    let mut config = config(&server);
    config.timeouts.whole = Duration::from_secs(30);
    let error = refusal(&stead_adapter_openai::OpenAiLlm::new(config).unwrap()).await;
    assert_eq!((error.kind, error.retry_after), (LlmErrorKind::Unavailable, Some(Duration::from_secs(60))));
}
