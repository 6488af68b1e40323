//! An endpoint that keeps failing is left alone.

use std::time::Duration;

use futures_util::StreamExt;
use stead_adapter_openai::{OpenAiConfig, OpenAiLlm};
use stead_domain::ports::llm::{LlmErrorKind, LlmProvider};

use crate::setup::{OpenAiWireServer, Reply, config, question, read, refusal};

fn impatient(server: &OpenAiWireServer, change: impl FnOnce(&mut OpenAiConfig)) -> OpenAiLlm {
    let mut config = config(server);
    config.retries.most = 0;
    change(&mut config);
    OpenAiLlm::new(config).unwrap()
}

#[tokio::test]
async fn five_failures_in_a_row_open_it() {
    let server = OpenAiWireServer::start().await;
    server.answer_with(|_| Reply::status(500));
    let llm = impatient(&server, |_| {});
    for _ in 0..5 {
        assert_eq!(refusal(&llm).await.retry_after, None);
    }
    let left_alone = refusal(&llm).await;
    assert_eq!(left_alone.kind, LlmErrorKind::Unavailable);
    assert!(left_alone.retry_after.is_some_and(|wait| wait <= Duration::from_secs(30)));
    assert_eq!(server.requests().len(), 5, "the sixth was not sent");
}

#[tokio::test]
async fn retries_stop_when_it_opens() {
    let server = OpenAiWireServer::start().await;
    server.answer_with(|_| Reply::status(500));
    let llm = impatient(&server, |config| config.retries.most = 2);
    refusal(&llm).await;
    assert_eq!(refusal(&llm).await.detail, "the endpoint answered 500 (some_code, some_type)");
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn after_its_rest_it_tries_again() {
    let server = OpenAiWireServer::start().await;
    (0..6).for_each(|_| server.script(Reply::status(500)));
    let llm = impatient(&server, |config| config.breaker.rest = Duration::from_millis(1));
    for _ in 0..5 {
        refusal(&llm).await;
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(refusal(&llm).await.detail, "the endpoint answered 500 (some_code, some_type)", "a probe that failed");
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(read(&llm).await.0, "the secret text", "a probe that did not");
    assert_eq!(read(&llm).await.0, "the secret text");
}

#[tokio::test]
async fn refused_requests_and_callers_that_leave_do_not_count() {
    let server = OpenAiWireServer::start().await;
    let llm = impatient(&server, |config| config.breaker.failures = 2);
    for _ in 0..3 {
        server.script(Reply::status(400));
        refusal(&llm).await;
        server.script(Reply::text("one two").hang_after(1));
        let mut stream = llm.stream(question("Hi?")).await.unwrap();
        stream.next().await.unwrap().unwrap();
    }
    assert_eq!(read(&llm).await.0, "the secret text");
}

#[tokio::test]
async fn garbage_instead_of_an_answer_and_failures_within_one_count() {
    let failing = |k| Reply::text("one two").error_after(k, "server_error", "server_error");
    for reply in [Reply::text("").not_json_after(0), failing(0), failing(1), Reply::text("one two").hang_after(1)] {
        let server = OpenAiWireServer::start().await;
        server.answer_with(move |_| reply.clone());
        let llm = impatient(&server, |config| {
            config.breaker.failures = 2;
            config.timeouts.idle = Duration::from_millis(100);
        });
        for _ in 0..2 {
            if let Ok(stream) = llm.stream(question("Hi?")).await {
                assert!(stream.collect::<Vec<_>>().await.pop().unwrap().is_err());
            }
        }
        assert!(refusal(&llm).await.retry_after.is_some());
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn answers_that_break_off_do_not_count() {
    let server = OpenAiWireServer::start().await;
    let llm = impatient(&server, |config| config.breaker.failures = 2);
    for _ in 0..3 {
        server.script(Reply::text("one two").cut_after(1));
        assert_eq!(read(&llm).await.1.unwrap_err().kind, LlmErrorKind::Protocol);
    }
    assert_eq!(read(&llm).await.0, "the secret text");
}

#[tokio::test]
async fn a_success_in_between_closes_the_count() {
    let server = OpenAiWireServer::start().await;
    let llm = impatient(&server, |config| config.breaker.failures = 2);
    for _ in 0..3 {
        server.script(Reply::status(500));
        refusal(&llm).await;
        assert_eq!(read(&llm).await.0, "the secret text");
    }
}
