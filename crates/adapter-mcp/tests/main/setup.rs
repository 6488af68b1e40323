//! The adapter, pointed at a server.

use std::{sync::Arc, time::Duration};

use stead_adapter_mcp::{McpConfig, McpToolServer, StdioConfig};
use stead_domain::{
    McpServerId,
    ports::tool_server::{ToolEndpoint, ToolServerAddress},
};
pub use stead_testkit::{
    contracts::tool_server::call_of,
    mcp_wire::{AnswersBy, McpHttpServer, McpProcessServer, McpReply},
};
use uuid::Uuid;

/// Everything is allowed.
pub fn config() -> McpConfig {
    McpConfig { allow_private: true, stdio: Some(stdio()), ..McpConfig::default() }
}

pub fn stdio() -> StdioConfig {
    StdioConfig { path: "/usr/local/bin:/usr/bin:/bin".to_owned(), environment: Vec::new() }
}

pub fn adapter() -> Arc<McpToolServer> {
    Arc::new(McpToolServer::new(config()).unwrap())
}

pub fn http(url: &str) -> ToolEndpoint {
    ToolEndpoint::Http { url: url.to_owned(), headers: Vec::new() }
}

pub fn process(server: &McpProcessServer) -> ToolEndpoint {
    ToolEndpoint::Stdio { command: server.command(), args: server.args() }
}

pub fn shell(script: &str) -> ToolEndpoint {
    ToolEndpoint::Stdio { command: "bash".to_owned(), args: vec!["-c".to_owned(), script.to_owned()] }
}

/// The first server, patiently.
pub fn at(endpoint: ToolEndpoint) -> ToolServerAddress {
    numbered(1, endpoint)
}

pub fn numbered(number: u128, endpoint: ToolEndpoint) -> ToolServerAddress {
    ToolServerAddress {
        id: McpServerId::new(Uuid::from_u128(number)),
        version: 1,
        endpoint,
        timeout: Duration::from_secs(20),
    }
}

pub fn within(timeout: Duration, address: &ToolServerAddress) -> ToolServerAddress {
    ToolServerAddress { timeout, ..address.clone() }
}

/// Waits until something is so.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap_or_else(|_| panic!("waited too long: {what}"));
}

pub fn echo() -> stead_domain::ports::tool_server::ToolInvocation {
    call_of("echo", serde_json::json!({"text": "x"}))
}
