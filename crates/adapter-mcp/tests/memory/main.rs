//! What servers that flood cost in memory: the only test of its program, whose memory is measured.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::time::{Duration, Instant};

use stead_adapter_mcp::{McpConfig, McpToolServer, StdioConfig};
use stead_domain::{
    McpServerId,
    ports::tool_server::{ToolEndpoint, ToolServer, ToolServerAddress, ToolServerErrorKind},
};
use stead_testkit::{
    contracts::tool_server::call_of,
    mcp_wire::{AnswersBy, McpHttpServer, McpProcessServer, McpReply},
};

const GIGABYTE: u64 = 1 << 30;
/// What a flood may cost, in kB.
const ALLOWED: u64 = 48 * 1024;

/// The most memory that this process has had so far, in kB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn at(number: u128, endpoint: ToolEndpoint) -> ToolServerAddress {
    let id = McpServerId::new(uuid::Uuid::from_u128(number));
    ToolServerAddress { id, version: 1, endpoint, timeout: Duration::from_secs(30) }
}

#[tokio::test]
async fn floods_are_neither_taken_nor_kept() {
    let stdio = StdioConfig { path: "/usr/local/bin:/usr/bin:/bin".to_owned(), environment: Vec::new() };
    let config = McpConfig { allow_private: true, stdio: Some(stdio), ..McpConfig::default() };
    let adapter = McpToolServer::new(config).unwrap();
    for (number, answers_by) in [(1, AnswersBy::Json), (2, AnswersBy::Events)] {
        let server = McpHttpServer::start(answers_by).await;
        let address = at(number, ToolEndpoint::Http { url: server.url(), headers: Vec::new() });
        floods(&adapter, &address, |reply| server.script(reply), |reply| server.script_listing(reply)).await;
    }
    let server = McpProcessServer::start().await;
    let address = at(3, ToolEndpoint::Stdio { command: server.command(), args: server.args() });
    floods(&adapter, &address, |reply| server.script(reply), |reply| server.script_listing(reply)).await;
    adapter.close().await;
}

async fn floods(
    adapter: &McpToolServer,
    address: &ToolServerAddress,
    script: impl Fn(McpReply),
    script_listing: impl Fn(McpReply),
) {
    let echo = || call_of("echo", serde_json::json!({"text": "x"}));
    adapter.call(address, echo()).await.unwrap();
    let (memory, began) = (peak_memory(), Instant::now());
    script(McpReply::flood(GIGABYTE));
    let error = adapter.call(address, echo()).await.unwrap_err();
    assert_eq!(error.kind, ToolServerErrorKind::TooLarge, "{error}");
    assert!(error.may_have_had_effect());
    script_listing(McpReply::flood(GIGABYTE));
    let error = adapter.list_tools(address).await.unwrap_err();
    assert_eq!(error.kind, ToolServerErrorKind::TooLarge, "{error}");
    assert!(began.elapsed() < Duration::from_secs(20));

    script(McpReply::asks_first(10_000, "many"));
    let answer = adapter.call(address, echo()).await.unwrap();
    assert!(answer.result.value().to_string().contains("many"));
    let more = peak_memory() - memory;
    assert!(more < ALLOWED, "{more} kB more");
}
