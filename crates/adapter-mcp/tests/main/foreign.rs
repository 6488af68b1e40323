//! Servers that nobody here wrote: the reference server from npm, and one made with the official Python SDK.
//! `scripts/mcp-servers` installs them.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::json;
use stead_domain::ports::tool_server::{ToolEndpoint, ToolServer, ToolServerErrorKind};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
};

use crate::setup::{adapter, at, call_of, http, until, within};

fn installed(path: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mcp-servers").join(path);
    assert!(place.exists(), "{} is missing: run scripts/mcp-servers", place.display());
    place
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn everything() -> (PathBuf, String) {
    let script = installed("npm/node_modules/@modelcontextprotocol/server-everything/dist/index.js");
    (installed("node"), text(&script))
}

fn python() -> (PathBuf, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/python_server.py");
    (installed("python/bin/python"), text(&script))
}

fn stdio((program, script): (PathBuf, String)) -> ToolEndpoint {
    ToolEndpoint::Stdio { command: text(&program), args: vec![script, "stdio".to_owned()] }
}

/// The first line that `wanted` makes something of.
async fn line_of<T>(output: impl AsyncRead + Unpin, wanted: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(found) = wanted(&line) {
            return Some(found);
        }
    }
    None
}

/// The reference server over HTTP. It cannot say which port it took, so it is given one; should somebody else be quicker,
/// another one.
async fn everything_over_http() -> (Child, ToolEndpoint) {
    let (program, script) = everything();
    for _ in 0..5 {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Command::new(&program)
            .args([script.as_str(), "streamableHttp"])
            .env("PORT", port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let complaints = server.stderr.take().unwrap();
        if line_of(complaints, |line| line.contains("listening on port").then_some(())).await.is_some() {
            return (server, http(&format!("http://127.0.0.1:{port}/mcp")));
        }
    }
    panic!("the reference server does not start");
}

async fn python_over_http() -> (Child, ToolEndpoint) {
    let (program, script) = python();
    let mut server = Command::new(program)
        .args([script.as_str(), "http"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let port: u16 = line_of(server.stdout.take().unwrap(), |line| line.parse().ok()).await.unwrap();
    (server, http(&format!("http://127.0.0.1:{port}/mcp")))
}

/// Lists, calls, fails, is cancelled, and goes on.
async fn everything_works(endpoint: ToolEndpoint) {
    let (adapter, server) = (adapter(), at(endpoint));
    let tools = adapter.list_tools(&server).await.unwrap();
    let echo = tools.iter().find(|tool| tool.name == "echo").unwrap();
    assert_eq!(echo.input_schema.value()["properties"]["message"]["type"], "string");

    let echoed = adapter.call(&server, call_of("echo", json!({"message": "Grüße"}))).await.unwrap();
    assert_eq!(echoed.result.value(), &json!({"content": [{"type": "text", "text": "Echo: Grüße"}]}));
    let structured = adapter.call(&server, call_of("get-structured-content", json!({"location": "New York"}))).await;
    assert!(structured.unwrap().result.value()["structured"]["temperature"].is_number());
    let image = adapter.call(&server, call_of("get-tiny-image", json!({}))).await.unwrap();
    assert!(image.result.value()["content"].as_array().unwrap().iter().any(|block| block["type"] == "image"));

    let wrong = adapter.call(&server, call_of("get-sum", json!({"a": "x"}))).await;
    let says_why = match &wrong {
        Ok(output) => output.is_error && output.result.value().to_string().contains("Invalid"),
        Err(error) => error.kind == ToolServerErrorKind::Rejected && error.said.is_some(),
    };
    assert!(says_why, "{wrong:?}");

    let long = call_of("trigger-long-running-operation", json!({"duration": 60, "steps": 600}));
    let impatient = within(Duration::from_millis(500), &server);
    let late = adapter.call(&impatient, long).await.unwrap_err();
    assert_eq!(late.kind, ToolServerErrorKind::Timeout);
    let sum = adapter.call(&server, call_of("get-sum", json!({"a": 2, "b": 3}))).await.unwrap();
    assert!(sum.result.value().to_string().contains("is 5"), "{sum:?}");
    adapter.close().await;
}

async fn python_works(endpoint: ToolEndpoint) {
    let (adapter, server) = (adapter(), at(endpoint));
    let tools = adapter.list_tools(&server).await.unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["add", "fail", "slow"]);
    assert_eq!(tools[0].description, "Adds two numbers.");

    let sum = adapter.call(&server, call_of("add", json!({"a": 2, "b": 3}))).await.unwrap();
    let expected = json!({"content": [{"type": "text", "text": "5"}], "structured": {"result": 5}});
    assert_eq!(sum.result.value(), &expected);
    for (tool, word) in [("fail", "Error"), ("add", "valid"), ("nowhere", "nowhere")] {
        let failed = adapter.call(&server, call_of(tool, json!({"a": "x"}))).await.unwrap();
        assert!(failed.is_error && failed.result.value().to_string().contains(word), "{failed:?}");
    }

    let folder = TempDir::new().unwrap();
    let mark = folder.path().join("cancelled");
    let slow = call_of("slow", json!({"cancelled": text(&mark)}));
    let impatient = within(Duration::from_millis(500), &server);
    let late = adapter.call(&impatient, slow).await.unwrap_err();
    assert_eq!(late.kind, ToolServerErrorKind::Timeout);
    until("the tool is cancelled", || mark.exists()).await;
    adapter.call(&server, call_of("add", json!({"a": 2, "b": 3}))).await.unwrap();
    adapter.close().await;
}

#[tokio::test]
async fn the_reference_server_over_stdio() {
    everything_works(stdio(everything())).await;
}

#[tokio::test]
async fn the_reference_server_over_http() {
    let (_server, endpoint) = everything_over_http().await;
    everything_works(endpoint).await;
}

#[tokio::test]
async fn the_reference_server_forgets_its_sessions_when_it_is_restarted() {
    let (mut first, endpoint) = everything_over_http().await;
    let (adapter, server) = (adapter(), at(endpoint.clone()));
    let echo = || call_of("echo", json!({"message": "x"}));
    adapter.call(&server, echo()).await.unwrap();
    first.kill().await.unwrap();
    let gone = adapter.call(&server, echo()).await.unwrap_err();
    assert_eq!(gone.kind, ToolServerErrorKind::Unavailable, "{gone}");
    let ToolEndpoint::Http { url, .. } = endpoint else { panic!("it is over HTTP") };
    let port = url.rsplit(':').next().unwrap().split('/').next().unwrap().to_owned();
    let (program, script) = everything();
    let mut second = Command::new(&program)
        .args([script.as_str(), "streamableHttp"])
        .env("PORT", port)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    line_of(second.stderr.take().unwrap(), |line| line.contains("listening on port").then_some(())).await.unwrap();
    adapter.call(&server, echo()).await.unwrap();
}

#[tokio::test]
async fn the_python_sdk_over_stdio() {
    python_works(stdio(python())).await;
}

#[tokio::test]
async fn the_python_sdk_over_http() {
    let (_server, endpoint) = python_over_http().await;
    python_works(endpoint).await;
}
