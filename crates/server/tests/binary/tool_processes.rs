//! Servers of tools that are programs of the same machine: they do not outlive the process that has started them.

use std::path::Path;

use serde_json::json;
use stead_testkit::mcp_wire::McpProcessServer;

use crate::harness::{Account, Setup, account::registration, call::Address, process::Process};

on_both!(they_are_ended_and_reaped_when_it_is_asked_to_stop, they_end_when_it_is_killed,);

/// A process that has called a program.
async fn with_a_program(setup: Setup) -> (Process, McpProcessServer) {
    let process = Process::serve(&setup.offline().setting("STEAD_MCP__STDIO", true), &Address::default()).await;
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    let program = McpProcessServer::start().await;
    let server = json!({"name": "program", "transport": "stdio", "command": program.command(), "args": program.args()});
    let server = ann.post("/mcp-servers", server).await.expect(201);
    let listed = ann.get(&format!("/mcp-servers/{}/tools", server["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(listed["tools"][0]["name"], "echo");
    (process, program)
}

async fn they_are_ended_and_reaped_when_it_is_asked_to_stop(setup: Setup) {
    let (process, program) = with_a_program(setup).await;
    process.terminate().await;
    let (status, _, _) = process.ended().await;
    assert_eq!(status.code(), Some(0));
    // It was told to end, did so, and nothing of it is left by the time that the process is gone.
    program.wait_for_ended_sessions(1).await;
    let [pid] = program.pids()[..] else { panic!("one program was started") };
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

async fn they_end_when_it_is_killed(setup: Setup) {
    let (process, program) = with_a_program(setup).await;
    process.kill().await;
    program.wait_for_ended_sessions(1).await;
}
