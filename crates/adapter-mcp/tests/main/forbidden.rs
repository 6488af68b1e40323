//! Where no packet goes.

use stead_adapter_mcp::{McpConfig, McpToolServer};
use stead_domain::ports::tool_server::{ToolServer, ToolServerErrorKind};
use tokio::net::TcpListener;

use crate::setup::{AnswersBy, McpHttpServer, McpReply, adapter, at, config, echo, http, shell};

/// A place that nobody may come to.
struct Canary(TcpListener);

impl Canary {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// Whoever had connected would be waiting in the queue by now.
    fn saw_nobody(&self) {
        let accepted = futures_util::FutureExt::now_or_never(self.0.accept());
        assert!(accepted.is_none(), "somebody came: {accepted:?}");
    }
}

fn guarded() -> McpToolServer {
    McpToolServer::new(McpConfig { allow_private: false, ..config() }).unwrap()
}

#[tokio::test]
async fn private_addresses_by_literal_and_by_name() {
    let canary = Canary::new().await;
    let port = canary.port();
    let adapter = guarded();
    for host in
        ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0", "localhost", "LOCALHOST"]
    {
        let address = at(http(&format!("http://{host}:{port}/mcp")));
        let called = adapter.call(&address, echo()).await.unwrap_err();
        assert_eq!(called.kind, ToolServerErrorKind::Forbidden, "{host}: {called}");
        let listed = adapter.list_tools(&address).await.unwrap_err();
        assert_eq!(listed.kind, ToolServerErrorKind::Forbidden, "{host}");
        let checked = adapter.check_endpoint(&address.endpoint).await.unwrap_err();
        assert_eq!(checked.kind, ToolServerErrorKind::Forbidden, "{host}");
        assert!(checked.detail.contains("network.allow_private"), "{}", checked.detail);
    }
    canary.saw_nobody();
}

#[tokio::test]
async fn what_is_no_address_of_the_web() {
    for url in ["", "mcp", "file:///etc/passwd", "https://user:pass@example.com/", "ftp://example.com/"] {
        for adapter in [guarded(), McpToolServer::new(config()).unwrap()] {
            let error = adapter.call(&at(http(url)), echo()).await.unwrap_err();
            assert_eq!(error.kind, ToolServerErrorKind::Forbidden, "{url}");
            assert!(adapter.check_endpoint(&http(url)).await.is_err(), "{url}");
        }
    }
}

#[tokio::test]
async fn redirects_to_another_place() {
    let canary = Canary::new().await;
    let server = McpHttpServer::start(AnswersBy::Json).await;
    let (adapter, address) = (adapter(), at(http(&server.url())));
    for status in [301, 302, 303, 307, 308] {
        for to in [format!("http://127.0.0.1:{}/mcp", canary.port()), format!("//localhost:{}/", server.port())] {
            server.script(McpReply::redirect(status, &to));
            let error = adapter.call(&address, echo()).await.unwrap_err();
            assert_eq!(error.kind, ToolServerErrorKind::Forbidden, "{status} to {to}: {error}");
        }
    }
    // At its own origin a redirect that would lose the call is not followed either.
    server.script(McpReply::redirect(302, "/mcp"));
    assert_eq!(adapter.call(&address, echo()).await.unwrap_err().kind, ToolServerErrorKind::Forbidden);
    canary.saw_nobody();
}

#[tokio::test]
async fn redirects_within_a_server_are_followed_but_not_for_ever() {
    let server = McpHttpServer::start(AnswersBy::Json).await;
    let (adapter, address) = (adapter(), at(http(&server.url())));
    for status in [307, 308] {
        server.script(McpReply::redirect(status, "/mcp?again"));
        adapter.call(&address, echo()).await.unwrap();
    }
    let before = server.calls().len();
    server.answer_with(|_| McpReply::redirect(307, "/mcp"));
    assert_eq!(adapter.call(&address, echo()).await.unwrap_err().kind, ToolServerErrorKind::Forbidden);
    assert!(server.calls().len() - before < 10);
}

#[tokio::test]
async fn programs_where_the_operator_allows_none() {
    let folder = tempfile::TempDir::new().unwrap();
    let mark = folder.path().join("mark");
    let endpoint = shell(&format!("touch {}", mark.display()));
    let adapter = McpToolServer::new(McpConfig { stdio: None, ..config() }).unwrap();
    for error in [
        adapter.check_endpoint(&endpoint).await.unwrap_err(),
        adapter.list_tools(&at(endpoint.clone())).await.unwrap_err(),
        adapter.call(&at(endpoint), echo()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind, ToolServerErrorKind::Forbidden);
        assert!(error.detail.contains("mcp.stdio"));
    }
    assert!(!mark.exists());
}
