use serde_json::{Value, json};

use super::path;
use crate::harness::Stead;

on_both!(what_is_wrong_is_told_by_field, a_transport_has_its_own_fields, headers_are_not_taken_elsewhere,);

fn with(field: &str, value: Value) -> Value {
    let mut body = json!({"name": "weather", "transport": "http", "url": "https://tools.example.org/mcp"});
    body[field] = value;
    body
}

async fn what_is_wrong_is_told_by_field(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = ann.tool_server("made").await;
    let many = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("Weather")),
        ("name", json!("a_b")),
        ("name", json!("-a")),
        ("name", json!("a".repeat(33))),
        ("url", json!("ftp://a.org")),
        ("url", json!("https://user:word@a.org")),
        ("url", json!("a.org/mcp")),
        ("url", json!("https://a.org/#x")),
        ("headers", json!("Bearer x")),
        ("headers", json!({"Host": "a.org"})),
        ("headers", json!({"x": "a\nb"})),
        ("timeout_s", json!(0)),
        ("timeout_s", json!(601)),
        ("timeout_s", json!(1.5)),
        ("read_only_tools", json!([""])),
        ("read_only_tools", json!(["x".repeat(129)])),
        ("read_only_tools", json!(many(1_001))),
        ("enabled", json!("yes")),
        ("surprise", json!(1)),
    ] {
        ann.post("/mcp-servers", with(field, value.clone())).await.complains_about(field);
        ann.patch(&path(&made), json!({field: value})).await.complains_about(field);
    }
    ann.patch(&path(&made), json!({"transport": "stdio"})).await.complains_about("transport");
    ann.patch(&path(&made), json!({"name": null})).await.complains_about("name");
    assert_eq!(ann.get(&path(&made)).await.expect(200), made);
}

async fn a_transport_has_its_own_fields(stead: Stead) {
    let ann = stead.register("ann").await;
    ann.post("/mcp-servers", json!({"name": "a", "transport": "http"})).await.complains_about("url");
    ann.post("/mcp-servers", json!({"name": "a", "transport": "stdio"})).await.complains_about("command");
    ann.post("/mcp-servers", json!({"name": "a", "url": "https://a.org"})).await.complains_about("transport");
    ann.post("/mcp-servers", with("command", json!("sh"))).await.complains_about("command");
    ann.post("/mcp-servers", with("args", json!([]))).await.complains_about("args");
    let process = |field: &str, value: Value| {
        let mut body = json!({"name": "a", "transport": "stdio", "command": "sh"});
        body[field] = value;
        body
    };
    ann.post("/mcp-servers", process("url", json!("https://a.org"))).await.complains_about("url");
    ann.post("/mcp-servers", process("headers", json!({}))).await.complains_about("headers");
    ann.post("/mcp-servers", process("args", json!([1]))).await.complains_about("args");
    ann.post("/mcp-servers", process("args", json!(vec!["x"; 65]))).await.complains_about("args");
    let made = ann.tool_server("made").await;
    ann.patch(&path(&made), json!({"command": "sh"})).await.complains_about("command");
}

/// Whoever may change a server could otherwise have its secrets sent to a server of their own.
async fn headers_are_not_taken_elsewhere(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = ann.post("/mcp-servers", with("headers", json!({"Authorization": "Bearer x"}))).await.expect(201);
    for elsewhere in
        ["https://evil.example.org/mcp", "http://tools.example.org/mcp", "https://tools.example.org:444/mcp"]
    {
        ann.patch(&path(&made), json!({"url": elsewhere})).await.complains_about("headers");
    }
    let same = ann.patch(&path(&made), json!({"url": "https://tools.example.org/other"})).await.expect(200);
    assert_eq!(same["header_names"], json!(["Authorization"]));
    let anew = json!({"url": "https://other.example.org/", "headers": {"X-Key": "y"}});
    assert_eq!(ann.patch(&path(&made), anew).await.expect(200)["header_names"], json!(["X-Key"]));
    let none = json!({"url": "https://third.example.org/", "headers": null});
    assert_eq!(ann.patch(&path(&made), none).await.expect(200)["header_names"], json!([]));
}
