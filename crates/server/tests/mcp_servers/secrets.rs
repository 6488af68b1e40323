use std::{
    fs::{self, File},
    path::Path,
};

use serde_json::{Value, json};
use stead_testkit::mcp_wire::{AnswersBy, McpHttpServer, McpReply};

use super::path;
use crate::harness::{Backend, Client, Setup, call::Address, process::Process};

on_both!(what_headers_say_is_never_seen_again);

const CANARY: &str = "canary-4711-that-nobody-may-see";
const SECOND: &str = "canary-4712-that-nobody-may-see";

/// Everything that the server tells in the course of it: answers, its log, and what lies on the disk.
async fn what_headers_say_is_never_seen_again(setup: Setup) {
    let tools = McpHttpServer::start(AnswersBy::Json).await;
    let mut setup = setup.wire().await.real_tools().setting("STEAD_NETWORK__ALLOW_PRIVATE", true);
    setup = setup.setting("STEAD_LOG__FORMAT", "json");
    let log = setup.home.data_dir.path().join("the.log");
    let process = Process::serve_logging(&setup, &Address::default(), File::create(&log).unwrap()).await;
    let answers = use_it(&process.stranger(), &tools).await;
    let sent: Vec<_> = tools.headers().iter().filter_map(|headers| headers.get("x-secret").cloned()).collect();
    assert!(sent.iter().any(|value| value == CANARY) && sent.iter().any(|value| value == SECOND), "{sent:?}");
    process.terminate().await;
    assert!(process.ended().await.0.success());

    assert!(answers.len() > 10);
    for (what, answer) in &answers {
        assert!(!has_canary(answer.as_bytes()), "{what}: {answer}");
    }
    let logged = fs::read(&log).unwrap();
    let line = String::from_utf8_lossy(&logged).lines().find(|line| has_canary(line.as_bytes())).map(str::to_owned);
    assert!(logged.len() > 1_000 && line.is_none(), "it was logged: {line:?}");
    let mut seen = 0;
    files(setup.home.data_dir.path(), &mut |file, content| {
        assert!(!has_canary(content), "it lies in {}", file.display());
        seen += 1;
    });
    assert!(seen >= 1);
    if setup.home.backend == Backend::Postgres {
        assert!(!has_canary(all_rows(&setup).await.as_bytes()), "it lies in the database");
    }
}

/// Registers, changes, checks and calls; all that was answered.
async fn use_it(stranger: &Client, tools: &McpHttpServer) -> Vec<(String, String)> {
    let registration = crate::harness::account::registration("ann");
    let signed_in = stranger.post("/auth/register", registration).await.expect(201);
    let ann = stranger.with_token(signed_in["access_token"].as_str().unwrap());
    let mut answers = Vec::new();
    let mut keep = |answer: crate::harness::Answer| {
        answers.push((answer.sent.to_string(), format!("{:?} {}", answer.headers, answer.text())));
        answer.json()
    };
    let body = |secret: &str| json!({"name": "weather", "transport": "http", "url": tools.url(), "headers": {"X-Secret": secret}});
    let server = keep(ann.post("/mcp-servers", body(CANARY)).key("k").await);
    keep(ann.post("/mcp-servers", body(CANARY)).key("k").await);
    keep(ann.post("/mcp-servers", body(CANARY)).await);
    let mut wrong = body(CANARY);
    wrong["headers"] = json!(CANARY);
    keep(ann.post("/mcp-servers", wrong.clone()).await);
    wrong["headers"] = json!({"X-Secret": [CANARY]});
    keep(ann.post("/mcp-servers", wrong.clone()).await);
    wrong["headers"] = json!({"X-Secret": format!("{CANARY}\n")});
    keep(ann.post("/mcp-servers", wrong).await);
    keep(ann.get(&path(&server)).await);
    keep(ann.get("/mcp-servers").await);
    keep(ann.get(&format!("{}/tools", path(&server))).await);
    let check = format!("{}/check", path(&server));
    keep(ann.post_nothing(&check).await);
    tools.script_listing(McpReply::status(401));
    keep(ann.post_nothing(&check).await);
    tools.script_listing(McpReply::breaks());
    keep(ann.post_nothing(&check).await);
    keep(ann.patch(&path(&server), json!({"headers": {"X-Secret": SECOND}})).await);
    keep(ann.patch(&path(&server), json!({"url": "http://127.0.0.1:9/"})).await);
    keep(ann.post(&check, json!({"accept_changes": true})).await);
    let agent = keep(ann.post("/agents", json!({"handle": "helper", "display_name": "Helper"})).await);
    let agent = agent["id"].as_str().unwrap().to_owned();
    let granted = json!({"servers": [{"mcp_server_id": server["id"]}]});
    keep(ann.call(reqwest::Method::PUT, &format!("/agents/{agent}/tools")).json(&granted).await);
    let thread: Value = keep(ann.post(&format!("/chat/{agent}/threads"), json!({})).await);
    let thread = format!("/chat/{agent}/threads/{}", thread["id"].as_str().unwrap());
    keep(ann.post(&format!("{thread}/messages"), json!({"content": "hello"})).await);
    keep(ann.get(&thread).await);
    answers
}

fn has_canary(bytes: &[u8]) -> bool {
    let has = |canary: &str| bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
    has(CANARY) || has(SECOND)
}

/// Every file below a folder.
fn files(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, look) } else { look(&path, &fs::read(&path).unwrap()) }
    }
}

/// What all tables hold, as text.
async fn all_rows(setup: &Setup) -> String {
    let client = setup.home.postgres().client().await.expect("Postgres answers");
    let tables = "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'";
    let mut all = String::new();
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        for row in client.query(&format!("SELECT t::text FROM {table} t"), &[]).await.unwrap() {
            all.push_str(&row.get::<_, String>(0));
            all.push('\n');
        }
    }
    let sealed = client.query("SELECT sealed_headers FROM mcp_servers", &[]).await.unwrap();
    for row in sealed {
        let bytes: Option<Vec<u8>> = row.get(0);
        all.push_str(&String::from_utf8_lossy(&bytes.unwrap_or_default()));
    }
    assert!(all.contains("X-Secret") && all.contains("mcp_server.created"));
    all
}
