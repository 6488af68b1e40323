//! Servers that are broken, or mean harm.

use std::time::Duration;

use serde_json::json;
use stead_domain::ports::tool_server::{ToolEndpoint, ToolServer, ToolServerErrorKind};

use crate::setup::{AnswersBy, McpHttpServer, McpProcessServer, McpReply, adapter, at, echo, http, process, within};

/// What both kinds of server can be told.
enum Server {
    Http(McpHttpServer),
    Process(McpProcessServer),
}

impl Server {
    async fn all() -> Vec<Self> {
        vec![
            Self::Http(McpHttpServer::start(AnswersBy::Json).await),
            Self::Http(McpHttpServer::start(AnswersBy::Events).await),
            Self::Process(McpProcessServer::start().await),
        ]
    }

    fn endpoint(&self) -> ToolEndpoint {
        match self {
            Self::Http(server) => http(&server.url()),
            Self::Process(server) => process(server),
        }
    }

    fn script(&self, reply: McpReply) {
        match self {
            Self::Http(server) => server.script(reply),
            Self::Process(server) => server.script(reply),
        }
    }

    fn script_listing(&self, reply: McpReply) {
        match self {
            Self::Http(server) => server.script_listing(reply),
            Self::Process(server) => server.script_listing(reply),
        }
    }

    fn calls(&self) -> usize {
        match self {
            Self::Http(server) => server.calls().len(),
            Self::Process(server) => server.calls().len(),
        }
    }
}

#[tokio::test]
async fn garbage_is_no_answer() {
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    let garbage =
        [r#"{"jsonrpc":"2.0","id":"#.to_owned(), r#"{"jsonrpc":"2.0","id":2,"result":"#.to_owned() + &deep + "}"];
    for server in Server::all().await {
        for garbage in &garbage {
            let (adapter, address) = (adapter(), at(server.endpoint()));
            server.script(McpReply::raw(garbage));
            let error = adapter.call(&address, echo()).await.unwrap_err();
            assert_eq!(error.kind, ToolServerErrorKind::Protocol, "{error}");
            adapter.call(&address, echo()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn over_http_anything_but_the_answer_is_known_at_once() {
    for answers_by in [AnswersBy::Json, AnswersBy::Events] {
        let server = McpHttpServer::start(answers_by).await;
        let (adapter, address) = (adapter(), at(http(&server.url())));
        let wrong = ["", "null", "<html>", "{}", "[]", "\u{0}", r#"{"jsonrpc":"2.0","id":99,"result":{}}"#];
        for reply in wrong.map(McpReply::raw).into_iter().chain([McpReply::with_foreign_id("x"), McpReply::status(202)])
        {
            server.script(reply.clone());
            let error = adapter.call(&address, echo()).await.unwrap_err();
            let is_plain = matches!(error.kind, ToolServerErrorKind::Protocol | ToolServerErrorKind::Lost);
            assert!(is_plain && error.may_have_had_effect(), "{reply:?}: {error}");
        }
        adapter.call(&address, echo()).await.unwrap();
        assert_eq!(server.sessions(), 1);
    }
}

#[tokio::test]
async fn a_process_that_answers_somebody_else_has_not_answered() {
    let server = McpProcessServer::start().await;
    let (adapter, address) = (adapter(), at(process(&server)));
    adapter.call(&address, echo()).await.unwrap();
    server.script(McpReply::with_foreign_id("x"));
    let late = adapter.call(&within(Duration::from_millis(200), &address), echo()).await.unwrap_err();
    assert_eq!(late.kind, ToolServerErrorKind::Timeout);
    server.script(McpReply::raw(r#"{"jsonrpc":"2.0","id":7,"method":8,"result":{}}"#));
    let late = adapter.call(&within(Duration::from_millis(200), &address), echo()).await.unwrap_err();
    assert_eq!(late.kind, ToolServerErrorKind::Timeout);
    // It has let two wait in vain: it gets another chance as a new process.
    adapter.call(&address, echo()).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn too_many_endless_or_monstrous_tools_are_refused() {
    let tool = |n: usize| json!({"name": format!("tool-{n}"), "inputSchema": {"type": "object"}});
    let many: Vec<_> = (0..10_000).map(tool).collect();
    let deep = (0..100).fold(json!({}), |inner, _| json!({"p": inner}));
    for server in Server::all().await {
        let (adapter, address) = (adapter(), at(server.endpoint()));
        let cases = [
            (json!({"tools": many}), ToolServerErrorKind::TooLarge),
            (json!({"tools": [{"name": "a", "inputSchema": deep}]}), ToolServerErrorKind::TooLarge),
            (
                json!({"tools": [{"name": "a", "inputSchema": {"x": "y".repeat(70_000)}}]}),
                ToolServerErrorKind::TooLarge,
            ),
            (json!({"tools": [tool(1), tool(1)]}), ToolServerErrorKind::Protocol),
            (json!({"tools": 7}), ToolServerErrorKind::Protocol),
        ];
        for (listing, kind) in cases {
            server.script_listing(McpReply::result(listing));
            let error = adapter.list_tools(&address).await.unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
        }
        for _ in 0..2 {
            server.script_listing(McpReply::result(json!({"tools": [], "nextCursor": "again"})));
        }
        assert_eq!(adapter.list_tools(&address).await.unwrap_err().kind, ToolServerErrorKind::Protocol);
        let cyclic = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
        server.script_listing(McpReply::result(json!({"tools": [{"name": "a", "inputSchema": cyclic}]})));
        assert_eq!(adapter.list_tools(&address).await.unwrap()[0].input_schema.value(), &cyclic);
    }
}

#[tokio::test]
async fn an_error_of_the_server_is_the_tools_failure() {
    for server in Server::all().await {
        let (adapter, address) = (adapter(), at(server.endpoint()));
        server.script(McpReply::error(-32603, "the database is\0 down"));
        let failed = adapter.call(&address, echo()).await.unwrap();
        assert!(failed.is_error);
        assert_eq!(failed.result.value(), &json!({"content": [{"type": "text", "text": "the database is down"}]}));
        assert_eq!(server.calls(), 1);
    }
}

#[tokio::test]
async fn statuses_say_what_can_be_done() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    let (adapter, address) = (adapter(), at(http(&server.url())));
    let cases = [
        (401, ToolServerErrorKind::Unauthorized, false),
        (403, ToolServerErrorKind::Unauthorized, false),
        (413, ToolServerErrorKind::Rejected, false),
        (429, ToolServerErrorKind::Unavailable, false),
        (500, ToolServerErrorKind::Lost, true),
        (502, ToolServerErrorKind::Lost, true),
        (503, ToolServerErrorKind::Unavailable, false),
    ];
    for (status, kind, may_have_had_effect) in cases {
        server.script(McpReply::status(status));
        let error = adapter.call(&address, echo()).await.unwrap_err();
        assert_eq!((error.kind, error.may_have_had_effect()), (kind, may_have_had_effect), "{status}: {error}");
    }
    assert_eq!(server.calls().len(), cases.len(), "none was made again");
    // A status may carry the protocol's own error.
    let refusal = json!({"jsonrpc": "2.0", "id": 8, "error": {"code": -32602, "message": "no"}});
    server.script(McpReply::status_saying(422, refusal));
    let error = adapter.call(&address, echo()).await.unwrap_err();
    assert_eq!(error.kind, ToolServerErrorKind::Rejected);
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_taken_up_again() {
    let server = McpHttpServer::start(AnswersBy::Events).await;
    let (adapter, address) = (adapter(), at(http(&server.url())));
    server.script(McpReply::resumed("the rest"));
    let answer = adapter.call(&address, echo()).await.unwrap();
    assert!(answer.result.value().to_string().contains("the rest"));
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn requests_of_a_server_are_answered() {
    let server = McpHttpServer::start(AnswersBy::Events).await;
    let (adapter, address) = (adapter(), at(http(&server.url())));
    server.script(McpReply::asks_first(3, "x"));
    adapter.call(&address, echo()).await.unwrap();
    crate::setup::until("they are answered over HTTP", || server.answers() == 3).await;
    let server = McpProcessServer::start().await;
    server.script(McpReply::asks_first(3, "x"));
    adapter.call(&crate::setup::numbered(2, process(&server)), echo()).await.unwrap();
    crate::setup::until("they are answered by stdio", || server.answers() == 3).await;
}
