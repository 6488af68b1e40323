//! It always ends.

use std::time::{Duration, Instant};

use stead_adapter_openai::{OpenAiConfig, OpenAiLlm};
use stead_domain::ports::llm::{LlmErrorKind, LlmEvent};

use crate::setup::{OpenAiWireServer, Reply, config, read, refusal};

const SHORT: Duration = Duration::from_millis(150);
/// Long enough for a busy machine to send a few words.
const LONGER: Duration = Duration::from_millis(600);

fn llm(server: &OpenAiWireServer, change: impl FnOnce(&mut OpenAiConfig)) -> OpenAiLlm {
    let mut config = config(server);
    config.retries.most = 0;
    change(&mut config);
    OpenAiLlm::new(config).unwrap()
}

#[tokio::test]
async fn an_endpoint_that_sends_no_headers() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::hang());
    let llm = llm(&server, |config| config.timeouts.first_token = SHORT);
    assert_eq!(refusal(&llm).await.kind, LlmErrorKind::Timeout);
    server.wait_for_clients_left(1).await;
}

#[tokio::test]
async fn a_model_that_does_not_begin() {
    let server = OpenAiWireServer::start().await;
    // A comment that keeps the connection open is no sign of life.
    let mut reply = Reply::text("");
    for _ in 0..100 {
        reply = reply.send_after(0, ": wait\n\n");
    }
    server.script(reply.hang_after(0));
    let llm = llm(&server, |config| (config.timeouts.first_token, config.timeouts.idle) = (SHORT, SHORT));
    assert_eq!(refusal(&llm).await.kind, LlmErrorKind::Timeout);
}

#[tokio::test]
async fn a_model_that_did_not_begin_is_asked_again() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::hang());
    let llm = llm(&server, |config| {
        config.timeouts.first_token = LONGER;
        config.retries.most = 2;
    });
    assert_eq!(read(&llm).await.0, "the secret text");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_model_that_goes_silent() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::text("one two three").hang_after(2));
    let llm = llm(&server, |config| config.timeouts.idle = LONGER);
    let began = Instant::now();
    let (text, last) = read(&llm).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!((text.as_str(), last.unwrap_err().kind), ("one two ", LlmErrorKind::Timeout));
    server.wait_for_clients_left(1).await;
}

#[tokio::test]
async fn slow_words_are_no_silence() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::text("one two three four").slow(Duration::from_millis(250)));
    let llm = llm(&server, |config| config.timeouts.idle = Duration::from_millis(800));
    assert_eq!(read(&llm).await.0, "one two three four");
}

#[tokio::test]
async fn an_answer_without_end() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::endless());
    let llm = llm(&server, |config| {
        config.timeouts.whole = LONGER;
        config.max_answer_bytes = usize::MAX;
    });
    let began = Instant::now();
    let (_, last) = read(&llm).await;
    assert_eq!(last.unwrap_err().kind, LlmErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn attempts_together_take_no_longer_than_the_whole() {
    let server = OpenAiWireServer::start().await;
    server.answer_with(|_| Reply::hang());
    let llm = llm(&server, |config| {
        config.timeouts.whole = LONGER;
        config.retries.most = 1_000;
        config.timeouts.first_token = SHORT;
        config.breaker.failures = 1_000;
    });
    let began = Instant::now();
    assert_eq!(refusal(&llm).await.kind, LlmErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_answer_that_is_over_is_not_lost_to_a_missing_end() {
    let server = OpenAiWireServer::start().await;
    let over = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    server.script(Reply::text("one two").send_after(2, over).hang_after(2));
    let llm = llm(&server, |config| config.timeouts.idle = LONGER);
    let (text, last) = read(&llm).await;
    assert_eq!(text, "one two");
    assert!(matches!(last, Ok(LlmEvent::Finished(_))), "{last:?}");
    // The silence after the end was no failure: the next question is asked as ever.
    assert_eq!(read(&llm).await.0, "the secret text");
}
