//! Servers that are processes: how they start, and that they end.

use std::{path::Path, time::Duration};

use stead_adapter_mcp::{McpConfig, McpToolServer};
use stead_domain::ports::tool_server::{ToolEndpoint, ToolServer, ToolServerErrorKind};
use stead_testkit::mcp_wire::wait_until_gone;
use tempfile::TempDir;

use crate::setup::{McpProcessServer, McpReply, adapter, at, config, echo, process, shell, stdio, until, within};

/// The server, with something done before.
fn after(script: &str, server: &McpProcessServer) -> ToolEndpoint {
    let mut args = server.args();
    args[1] = format!("{script}\n{}", args[1]);
    ToolEndpoint::Stdio { command: server.command(), args }
}

/// A process is gone, or dead and waiting for whoever is its parent now.
fn has_ended(pid: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    !status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

async fn content_of(file: &Path) -> String {
    until("the file is written", || std::fs::read_to_string(file).is_ok_and(|text| text.ends_with('\n'))).await;
    std::fs::read_to_string(file).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_process_finds_the_environment_that_it_is_given_and_nothing_else() {
    let (folder, server) = (TempDir::new().unwrap(), McpProcessServer::start().await);
    let file = folder.path().join("environment");
    let mut stdio = stdio();
    stdio.environment.push(("TOKEN".to_owned(), "canary".to_owned()));
    assert!(!format!("{stdio:?}").contains("canary"));
    let path = stdio.path.clone();
    let adapter = McpToolServer::new(McpConfig { stdio: Some(stdio), ..config() }).unwrap();
    let script = format!("{{ env; echo \"in $PWD\"; }} | sort >{}", file.display());
    adapter.call(&at(after(&script, &server)), echo()).await.unwrap();
    let seen = content_of(&file).await;
    // What the shell adds itself.
    let seen: Vec<_> = seen.lines().filter(|line| !line.starts_with("SHLVL=") && !line.starts_with("_=")).collect();
    assert_eq!(seen, [&format!("PATH={path}"), "PWD=/", "TOKEN=canary", "in /"]);
}

#[tokio::test]
async fn a_program_that_does_not_start_is_unavailable() {
    let nowhere = ToolEndpoint::Stdio { command: "/nowhere/program".to_owned(), args: vec![] };
    for endpoint in
        [nowhere, shell("exit 3"), shell("exec >&-; exit"), shell("exec >&-; exec sleep 600"), shell("kill -9 $$")]
    {
        for _ in 0..2 {
            let error = adapter().call(&at(endpoint.clone()), echo()).await.unwrap_err();
            assert_eq!(error.kind, ToolServerErrorKind::Unavailable, "{error}");
            assert!(!error.may_have_had_effect());
        }
    }
}

#[tokio::test]
async fn a_program_that_never_answers_is_ended() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("pid");
    let endpoint = shell(&format!("echo $$ >{}; exec sleep 600", file.display()));
    let adapter = adapter();
    let error = adapter.list_tools(&within(Duration::from_millis(300), &at(endpoint))).await.unwrap_err();
    assert_eq!(error.kind, ToolServerErrorKind::Unavailable, "{error}");
    wait_until_gone(content_of(&file).await.parse().unwrap()).await;
}

#[tokio::test]
async fn what_a_program_prints_beside_its_messages_does_no_harm() {
    let server = McpProcessServer::start().await;
    let noise = "echo Starting...; echo '{\"level\":\"info\"}'; echo; printf '\\377\\0\\n'; echo '[1,2]'";
    adapter().call(&at(after(noise, &server)), echo()).await.unwrap();
}

#[tokio::test]
async fn a_program_that_complains_without_end_works() {
    let server = McpProcessServer::start().await;
    let adapter = adapter();
    let endpoint = after("head -c 50000000 /dev/zero >&2; yes complaint >&2 &", &server);
    for _ in 0..3 {
        adapter.call(&at(endpoint.clone()), echo()).await.unwrap();
    }
    adapter.close().await;
    for pid in server.pids() {
        wait_until_gone(pid).await;
    }
}

#[tokio::test]
async fn a_process_that_died_is_started_afresh_and_leaves_no_zombie() {
    let server = McpProcessServer::start().await;
    let (adapter, address) = (adapter(), at(process(&server)));
    for round in 1..=5 {
        adapter.call(&address, echo()).await.unwrap();
        assert_eq!(server.connections(), round);
        server.end_processes().await;
    }
    for round in 0..5 {
        server.script(McpReply::breaks());
        let lost = adapter.call(&address, echo()).await.unwrap_err();
        assert_eq!(lost.kind, ToolServerErrorKind::Lost, "{round}: {lost}");
        server.end_processes().await;
    }
    assert_eq!(server.calls().len(), 10);
}

#[tokio::test]
async fn closing_lets_processes_end_by_themselves_and_reaps_them() {
    let server = McpProcessServer::start().await;
    let adapter = adapter();
    for number in 1..=5 {
        adapter.call(&crate::setup::numbered(number, process(&server)), echo()).await.unwrap();
    }
    adapter.close().await;
    let pids = server.pids();
    assert_eq!(pids.len(), 5);
    // They are gone when it returns, not soon after.
    assert!(pids.iter().all(|pid| !Path::new(&format!("/proc/{pid}")).exists()));
    server.wait_for_ended_sessions(5).await;
}

#[tokio::test]
async fn a_process_that_will_not_end_is_killed_with_all_that_it_has_started() {
    let (folder, server) = (TempDir::new().unwrap(), McpProcessServer::start().await);
    let file = folder.path().join("pid");
    let script = format!("trap '' TERM HUP; sleep 600 <&- >&- 2>&- & echo $! >{}; exec 9<&0", file.display());
    let adapter = adapter();
    adapter.call(&at(after(&script, &server)), echo()).await.unwrap();
    let grandchild = content_of(&file).await;
    assert!(!has_ended(&grandchild));
    adapter.close().await;
    until("the grandchild ends", || has_ended(&grandchild)).await;
    for pid in server.pids() {
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
    }
}

#[tokio::test]
async fn dropping_the_adapter_ends_its_processes() {
    let server = McpProcessServer::start().await;
    let adapter = adapter();
    adapter.call(&at(process(&server)), echo()).await.unwrap();
    drop(adapter);
    for pid in server.pids() {
        wait_until_gone(pid).await;
    }
}

#[tokio::test]
async fn a_process_that_does_not_read_is_ended() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("pid");
    // It answers the first message and reads no other.
    let answer = r#"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"deaf","version":"1"}}}"#;
    let endpoint = shell(&format!("echo $$ >{}; read -r line; echo '{answer}'; exec sleep 600", file.display()));
    let adapter = adapter();
    let large = crate::setup::call_of("echo", serde_json::json!({"text": "x".repeat(1_000_000)}));
    let error = adapter.call(&at(endpoint), large).await.unwrap_err();
    assert_eq!(error.kind, ToolServerErrorKind::Lost, "{error}");
    wait_until_gone(content_of(&file).await.parse().unwrap()).await;
}
