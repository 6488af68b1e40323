//! Which connections are kept, and for how long.

use std::{sync::Arc, time::Duration};

use stead_adapter_mcp::{McpConfig, McpToolServer};
use stead_domain::ports::tool_server::{ToolServer, ToolServerAddress, ToolServerErrorKind};
use stead_testkit::gate::Gate;

use crate::setup::{AnswersBy, McpHttpServer, McpReply, adapter, at, config, echo, http, numbered};

#[tokio::test]
async fn one_session_is_enough_for_many_calls() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    let (adapter, address) = (adapter(), at(http(&server.url())));
    let calls = (0..20).map(|_| adapter.call(&address, echo()));
    futures_util::future::join_all(calls).await.into_iter().for_each(|answer| drop(answer.unwrap()));
    for _ in 0..5 {
        adapter.call(&address, echo()).await.unwrap();
        adapter.list_tools(&address).await.unwrap();
    }
    assert_eq!((server.sessions(), server.calls().len()), (1, 25));
}

#[tokio::test]
async fn another_version_is_another_connection() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    let (adapter, old) = (adapter(), at(http(&server.url())));
    adapter.call(&old, echo()).await.unwrap();
    let new = ToolServerAddress { version: 2, ..old.clone() };
    adapter.call(&new, echo()).await.unwrap();
    server.wait_for_ended_sessions(1).await;
    assert_eq!(server.sessions(), 2);
}

#[tokio::test]
async fn a_connection_that_nobody_uses_is_closed() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    let adapter = McpToolServer::new(McpConfig { idle_timeout: Duration::from_millis(200), ..config() }).unwrap();
    let address = at(http(&server.url()));
    adapter.call(&address, echo()).await.unwrap();
    server.wait_for_ended_sessions(1).await;
    adapter.call(&address, echo()).await.unwrap();
    assert_eq!(server.sessions(), 2);
}

#[tokio::test]
async fn a_call_outlives_the_time_for_idle_connections() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    let adapter = McpToolServer::new(McpConfig { idle_timeout: Duration::from_millis(100), ..config() }).unwrap();
    server.script(McpReply::text("late").after(Duration::from_millis(600)));
    adapter.call(&at(http(&server.url())), echo()).await.unwrap();
    assert_eq!(server.sessions(), 1);
}

#[tokio::test]
async fn so_many_servers_are_kept_and_no_more() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    let adapter = Arc::new(McpToolServer::new(McpConfig { max_connections: 2, ..config() }).unwrap());
    for number in 1..=3 {
        adapter.call(&numbered(number, http(&server.url())), echo()).await.unwrap();
    }
    // The one that was used least lately made room.
    server.wait_for_ended_sessions(1).await;
    adapter.call(&numbered(3, http(&server.url())), echo()).await.unwrap();
    adapter.call(&numbered(2, http(&server.url())), echo()).await.unwrap();
    assert_eq!(server.sessions(), 3);

    let gate = Gate::new();
    server.script(McpReply::text("x").behind(&gate));
    server.script(McpReply::text("x").behind(&gate));
    let (two, three) = (numbered(2, http(&server.url())), numbered(3, http(&server.url())));
    let busy = futures_util::future::join(adapter.call(&two, echo()), adapter.call(&three, echo()));
    let more = async {
        gate.reached_by(2).await;
        let refused = adapter.call(&numbered(4, http(&server.url())), echo()).await.unwrap_err();
        assert_eq!(refused.kind, ToolServerErrorKind::Unavailable);
        gate.open();
    };
    let ((one, other), ()) = futures_util::future::join(busy, more).await;
    assert!(one.is_ok() && other.is_ok());
}

#[tokio::test]
async fn a_forgotten_session_costs_no_call() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    let (adapter, address) = (adapter(), at(http(&server.url())));
    for round in 1..=3 {
        adapter.call(&address, echo()).await.unwrap();
        assert_eq!((server.calls().len(), server.sessions()), (round, round));
        server.forget_sessions();
    }
    // Other servers say it with another status, and words.
    adapter.call(&address, echo()).await.unwrap();
    let words = serde_json::json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32000, "message": "Bad Request: No valid session ID provided"}});
    server.script(McpReply::status_saying(400, words));
    adapter.call(&address, echo()).await.unwrap();
    assert_eq!(server.sessions(), 5);
}

#[tokio::test]
async fn a_server_that_forgets_at_once_is_not_asked_for_ever() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    server.answer_with(|_| McpReply::status(404));
    let error = adapter().call(&at(http(&server.url())), echo()).await.unwrap_err();
    assert_eq!(error.kind, ToolServerErrorKind::Rejected);
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn connecting_ends_in_time_too() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let address = crate::setup::within(Duration::from_millis(300), &at(http(&url)));
    let began = std::time::Instant::now();
    let error = adapter().call(&address, echo()).await.unwrap_err();
    assert_eq!(error.kind, ToolServerErrorKind::Unavailable, "nothing was called: {error}");
    assert!(began.elapsed() < Duration::from_millis(1_300));
}
