use serde_json::json;

use super::{names, path};
use crate::harness::{Setup, Stead};

on_both!(
    a_server_is_registered_read_changed_and_removed,
    a_process_is_one_where_the_operator_allows_it,
    a_name_is_taken_in_its_organization_alone,
    servers_are_listed_in_pages,
    a_repeated_request_registers_one,
    what_was_changed_meanwhile_is_not_overwritten,
    servers_are_for_admins,
    an_endpoint_that_is_forbidden_is_refused,
);

async fn a_server_is_registered_read_changed_and_removed(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = ann.tool_server("weather").await;
    let expected = json!({
        "id": made["id"], "organization_id": ann.organization["id"], "name": "weather", "transport": "http",
        "url": "https://tools.example.org/weather", "header_names": [], "timeout_s": 30, "enabled": true,
        "read_only_tools": [], "created_at": made["created_at"], "updated_at": made["updated_at"],
    });
    assert_eq!(made, expected);
    assert_eq!(ann.get(&path(&made)).await.expect(200), made);
    let patch = json!({"name": "clouds", "url": "https://tools.example.org/2", "headers": {"X-Key": "k"}, "timeout_s": 5.0,
        "enabled": false, "read_only_tools": ["b", "a", "b"]});
    let changed = ann.patch(&path(&made), patch).await.expect(200);
    for (field, value) in [
        ("name", json!("clouds")),
        ("url", json!("https://tools.example.org/2")),
        ("header_names", json!(["X-Key"])),
        ("timeout_s", json!(5)),
        ("enabled", json!(false)),
        ("read_only_tools", json!(["a", "b"])),
    ] {
        assert_eq!(changed[field], value, "{field}");
    }
    assert_eq!(ann.patch(&path(&made), json!({"timeout_s": 6})).await.expect(200)["header_names"], json!(["X-Key"]));
    let cleared = ann.patch(&path(&made), json!({"headers": null})).await.expect(200);
    assert_eq!(cleared["header_names"], json!([]));
    assert_eq!(ann.get(&path(&made)).await.expect(200), cleared);
    ann.delete(&path(&made)).await.expect(204);
    ann.get(&path(&made)).await.refused(404, "not_found");
    ann.delete(&path(&made)).await.refused(404, "not_found");
}

async fn a_process_is_one_where_the_operator_allows_it(setup: Setup) {
    let body = json!({"name": "local", "transport": "stdio", "command": "/usr/bin/false", "args": ["-v"]});
    let mut stead = setup.clone().real_tools().start().await;
    let ann = stead.register("ann").await;
    ann.post("/mcp-servers", body.clone()).await.complains_about("transport");
    stead.stop().await;
    let stead = setup.real_tools().setting("STEAD_MCP__STDIO", true).start().await;
    let bob = stead.register("bob").await;
    let made = bob.post("/mcp-servers", body).await.expect(201);
    assert_eq!([&made["transport"], &made["command"]], [&json!("stdio"), &json!("/usr/bin/false")]);
    assert_eq!(made["args"], json!(["-v"]));
    assert!(made.get("url").is_none() && made.get("header_names").is_none());
    let changed = bob.patch(&path(&made), json!({"args": []})).await.expect(200);
    assert_eq!(changed["args"], json!([]));
    for field in ["url", "headers"] {
        let value = if field == "url" { json!("https://a.org") } else { json!({"a": "b"}) };
        bob.patch(&path(&made), json!({field: value})).await.complains_about(field);
    }
}

async fn a_name_is_taken_in_its_organization_alone(stead: Stead) {
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    let first = ann.tool_server("weather").await;
    let same = json!({"name": "weather", "transport": "http", "url": "https://a.org"});
    ann.post("/mcp-servers", same).await.refused(409, "name_taken");
    let second = ann.tool_server("clouds").await;
    ann.patch(&path(&second), json!({"name": "weather"})).await.refused(409, "name_taken");
    bob.tool_server("weather").await;
    ann.delete(&path(&first)).await.expect(204);
    ann.patch(&path(&second), json!({"name": "weather"})).await.expect(200);
}

async fn servers_are_listed_in_pages(stead: Stead) {
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    for name in ["a", "b", "c"] {
        ann.tool_server(name).await;
        bob.tool_server(name).await;
    }
    assert_eq!(names(&ann).await, ["a", "b", "c"]);
    let newest = ann.get("/mcp-servers?limit=2").await.expect(200);
    assert_eq!([&newest["mcp_servers"][0]["name"], &newest["mcp_servers"][1]["name"]], ["b", "c"]);
    let before = newest["next_before"].as_str().unwrap();
    let older = ann.get(&format!("/mcp-servers?limit=2&before={before}")).await.expect(200);
    assert_eq!(older["mcp_servers"].as_array().unwrap().len(), 1);
    assert_eq!(older["mcp_servers"][0]["name"], "a");
}

async fn a_repeated_request_registers_one(stead: Stead) {
    let ann = stead.register("ann").await;
    let body = |secret: &str| json!({"name": "weather", "transport": "http", "url": "https://a.org", "headers": {"Authorization": secret}});
    let made = ann.post("/mcp-servers", body("one")).key("k").await.expect(201);
    let repeat = ann.post("/mcp-servers", body("one")).key("k").await;
    assert_eq!(repeat.header("idempotency-replayed"), Some("true"));
    assert_eq!(repeat.expect(201), made);
    ann.post("/mcp-servers", body("two")).key("k").await.refused(409, "idempotency_mismatch");
    assert_eq!(names(&ann).await, ["weather"]);
    ann.delete(&path(&made)).await.expect(204);
    ann.post("/mcp-servers", body("one")).key("k").await.refused(404, "not_found");
}

async fn what_was_changed_meanwhile_is_not_overwritten(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = ann.tool_server("weather").await;
    let got = ann.get(&path(&made)).await;
    let tag = got.header("etag").unwrap().to_owned();
    assert_eq!(ann.get(&path(&made)).header("if-none-match", &tag).await.status, 304);
    let change = |timeout| ann.patch(&path(&made), json!({"timeout_s": timeout})).header("if-match", &tag);
    change(5).await.expect(200);
    change(6).await.refused(412, "precondition_failed");
    assert_eq!(ann.get(&path(&made)).await.expect(200)["timeout_s"], 5);
}

async fn servers_are_for_admins(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mia, ada) = (ann.invite("mia", "member").await, ann.invite("ada", "admin").await);
    let made = ann.tool_server("weather").await;
    mia.get("/mcp-servers").await.refused(403, "forbidden");
    mia.get(&path(&made)).await.refused(403, "forbidden");
    mia.delete(&path(&made)).await.refused(403, "forbidden");
    mia.get(&format!("{}/tools", path(&made))).await.refused(403, "forbidden");
    mia.post_nothing(&format!("{}/check", path(&made))).await.refused(403, "forbidden");
    let body = json!({"name": "mine", "transport": "http", "url": "https://a.org"});
    mia.post("/mcp-servers", body.clone()).await.refused(403, "forbidden");
    // What is wrong in itself comes first.
    mia.post("/mcp-servers", json!({})).await.complains_about("name");
    ada.post("/mcp-servers", body).await.expect(201);
    assert_eq!(names(&ada).await, ["weather", "mine"]);
}

async fn an_endpoint_that_is_forbidden_is_refused(setup: Setup) {
    let stead = setup.real_tools().start().await;
    let ann = stead.register("ann").await;
    let body = |url: &str| json!({"name": "inside", "transport": "http", "url": url});
    for url in ["http://127.0.0.1:9/", "http://[::1]/", "http://169.254.169.254/latest", "http://10.0.0.7/mcp"] {
        ann.post("/mcp-servers", body(url)).await.complains_about("url");
    }
    let made = ann.post("/mcp-servers", body("https://203.0.114.7/mcp")).await.expect(201);
    ann.patch(&path(&made), json!({"url": "http://192.168.0.1/"})).await.complains_about("url");
    assert_eq!(ann.get(&path(&made)).await.expect(200), made);
}
