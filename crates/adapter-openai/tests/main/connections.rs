//! Connections are kept, shared and let go.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, future::join_all};
use stead_adapter_openai::OpenAiLlm;
use stead_domain::ports::llm::{LlmErrorKind, LlmProvider, LlmProviderExt};
use stead_testkit::gate::Gate;

use crate::setup::{OpenAiWireServer, Reply, config, llm, question, read, refusal};

#[tokio::test]
async fn fifty_calls_share_a_connection() {
    let server = OpenAiWireServer::start().await;
    let llm = llm(&server);
    for _ in 0..50 {
        llm.complete(question("Hi?"), 1_000).await.unwrap();
    }
    assert_eq!(server.requests().len(), 50);
    assert!(server.connections() <= 2, "{} connections", server.connections());
}

#[tokio::test]
async fn a_response_that_ends_a_little_later_keeps_its_connection() {
    let server = OpenAiWireServer::start().await;
    server.answer_with(|_| Reply::text("hello").lingering(Duration::from_millis(5)));
    let llm = llm(&server);
    for _ in 0..20 {
        llm.complete(question("Hi?"), 1_000).await.unwrap();
    }
    assert!(server.connections() <= 5, "{} connections", server.connections());
}

#[tokio::test]
async fn refusals_keep_the_connection_too() {
    let server = OpenAiWireServer::start().await;
    let llm = llm(&server);
    for _ in 0..20 {
        server.script(Reply::status(400));
        refusal(&llm).await;
    }
    assert!(server.connections() <= 2, "{} connections", server.connections());
}

#[tokio::test]
async fn leaving_before_the_first_token_closes_the_request() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::hang());
    let llm = llm(&server);
    tokio::select! {
        _ = llm.stream(question("Hi?")) => panic!("it hangs"),
        () = server.wait_for_requests(1) => {}
    }
    server.wait_for_clients_left(1).await;
}

#[tokio::test]
async fn leaving_a_stream_closes_the_request() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::endless());
    let mut stream = llm(&server).stream(question("Hi?")).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    server.wait_for_clients_left(1).await;
}

#[tokio::test]
async fn no_more_are_asked_at_once_than_allowed() {
    let server = OpenAiWireServer::start().await;
    let gate = Gate::new();
    let behind = gate.clone();
    server.answer_with(move |_| Reply::text("hello").waits_after(0, &behind));
    let mut config = config(&server);
    config.max_concurrent = 2;
    let llm = Arc::new(OpenAiLlm::new(config).unwrap());
    let calls = join_all((0..6).map(|_| {
        let llm = Arc::clone(&llm);
        async move { read(&llm).await.0 }
    }));
    let look = async {
        gate.reached_by(2).await;
        let under_way = server.requests().len();
        gate.open();
        under_way
    };
    let (texts, under_way) = tokio::join!(calls, look);
    assert_eq!(under_way, 2);
    assert_eq!(texts, ["hello"; 6]);
}

#[tokio::test]
async fn who_finds_no_place_is_told_to_come_back() {
    let server = OpenAiWireServer::start().await;
    server.script(Reply::text("one two").hang_after(1));
    let mut config = config(&server);
    config.max_concurrent = 1;
    config.timeouts.first_token = Duration::from_millis(600);
    let llm = OpenAiLlm::new(config).unwrap();
    let held = llm.stream(question("Hi?")).await.unwrap();
    assert_eq!(refusal(&llm).await.kind, LlmErrorKind::Unavailable);
    drop(held);
    assert_eq!(read(&llm).await.0, "the secret text");
}
