//! What a server over HTTP is sent besides messages.

use stead_domain::ports::tool_server::{ToolEndpoint, ToolServer, ToolServerErrorKind};

use crate::setup::{AnswersBy, McpHttpServer, McpReply, adapter, at, echo};

fn with_header(server: &McpHttpServer, name: &str, value: &str) -> ToolEndpoint {
    ToolEndpoint::Http { url: server.url(), headers: vec![(name.to_owned(), value.to_owned())] }
}

#[tokio::test]
async fn every_request_carries_the_headers_of_its_server() {
    let server = McpHttpServer::start(AnswersBy::Events).await;
    let adapter = adapter();
    let address = at(with_header(&server, "Authorization", "Bearer canary-1"));
    server.script(McpReply::resumed("x"));
    adapter.call(&address, echo()).await.unwrap();
    adapter.list_tools(&address).await.unwrap();
    adapter.close().await;
    let headers = server.headers();
    // initialize, initialized, call, its resumption, list, the end.
    assert_eq!(headers.len(), 6, "{headers:?}");
    assert!(headers.iter().all(|headers| headers["authorization"] == "Bearer canary-1"));
    assert!(headers[1..].iter().all(|headers| headers["mcp-protocol-version"] == "2025-11-25"));
    assert!(headers[1..].iter().all(|headers| headers.contains_key("mcp-session-id")));
    assert!(!headers[0].contains_key("mcp-session-id"));
}

#[tokio::test]
async fn a_session_of_one_server_is_not_told_to_another() {
    let (one, other) = (McpHttpServer::start(AnswersBy::Json).await, McpHttpServer::start(AnswersBy::Json).await);
    let adapter = adapter();
    adapter.call(&crate::setup::numbered(1, with_header(&one, "x-key", "one")), echo()).await.unwrap();
    adapter.call(&crate::setup::numbered(2, with_header(&other, "x-key", "other")), echo()).await.unwrap();
    assert!(one.headers().iter().all(|headers| headers["x-key"] == "one"));
    assert!(other.headers().iter().all(|headers| headers["x-key"] == "other"));
}

#[tokio::test]
async fn headers_of_the_protocol_cannot_be_set() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    for name in ["Host", "Content-Length", "Mcp-Session-Id", "no header"] {
        let error = adapter().call(&at(with_header(&server, name, "canary-2")), echo()).await.unwrap_err();
        assert_eq!(error.kind, ToolServerErrorKind::Forbidden, "{name}");
        assert!(!format!("{error:?} {error}").contains("canary-2"));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn no_error_holds_a_header_an_address_or_arguments() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    let adapter = adapter();
    let mut address = at(with_header(&server, "Authorization", "Bearer canary-3"));
    let ToolEndpoint::Http { url, .. } = &mut address.endpoint else { panic!("it is over HTTP") };
    url.push_str("?key=canary-4");
    for reply in [
        McpReply::status(401),
        McpReply::status(418),
        McpReply::status(500),
        McpReply::breaks(),
        McpReply::raw("canary-5"),
        McpReply::raw(r#"{"jsonrpc":"2.0","id":"canary-6","result":{}}"#),
        McpReply::redirect(307, "http://canary-7.invalid/"),
        McpReply::error(-32602, "canary-8"),
    ] {
        server.script(reply);
        let call = crate::setup::call_of("echo", serde_json::json!({"text": "canary-9"}));
        let error = adapter.call(&address, call).await.unwrap_err();
        let mut all = error.to_string();
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = source {
            all.push_str(&format!(" {error} {error:?}"));
            source = error.source();
        }
        // What the server said is for the model: it is a field of its own, and the only place.
        all = all.replace("said: Some(\"canary-8\")", "");
        assert!(!all.contains("canary"), "{all}");
    }
    drop(server);
    let error = adapter.call(&address, echo()).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("canary"), "{error:?}");
}
