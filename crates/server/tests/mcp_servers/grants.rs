use serde_json::{Value, json};

use super::path;
use crate::harness::{Account, Stead};

on_both!(
    an_agent_may_call_what_it_was_granted_last,
    who_may_change_an_agent_says_what_it_may_call,
    servers_of_others_are_not_there,
    a_server_that_is_removed_is_nobodys_any_more,
    what_is_wrong_with_a_grant_is_told,
);

fn tools_of(agent: &Value) -> String {
    format!("/agents/{}/tools", agent["id"].as_str().unwrap())
}

async fn put(account: &Account, agent: &Value, servers: Value) -> crate::harness::Answer {
    account.call(reqwest::Method::PUT, &tools_of(agent)).json(&json!({"servers": servers})).await
}

fn all_of(server: &Value) -> Value {
    json!({"mcp_server_id": server["id"], "name": server["name"], "tools": null})
}

async fn an_agent_may_call_what_it_was_granted_last(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let (one, two) = (ann.tool_server("one").await, ann.tool_server("two").await);
    assert_eq!(ann.get(&tools_of(&agent)).await.expect(200), json!({"servers": []}));
    let named = json!({"mcp_server_id": two["id"], "tools": ["b", "a", "b"]});
    let granted = put(&ann, &agent, json!([named, {"mcp_server_id": one["id"]}])).await.expect(200);
    let expected = json!({"servers": [all_of(&one), {"mcp_server_id": two["id"], "name": "two", "tools": ["a", "b"]}]});
    assert_eq!(granted, expected);
    let got = ann.get(&tools_of(&agent)).await;
    let tag = got.header("etag").unwrap().to_owned();
    assert_eq!(got.expect(200), expected);
    assert_eq!(ann.get(&tools_of(&agent)).header("if-none-match", &tag).await.status, 304);
    let fewer = put(&ann, &agent, json!([{"mcp_server_id": two["id"], "tools": null}])).await.expect(200);
    assert_eq!(fewer, json!({"servers": [all_of(&two)]}));
    assert_eq!(put(&ann, &agent, json!([])).await.expect(200), json!({"servers": []}));
}

async fn who_may_change_an_agent_says_what_it_may_call(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let server = ann.tool_server("one").await;
    let shared = json!({"handle": "shared", "display_name": "Shared", "visibility": "organization"});
    let shared = mia.post("/agents", shared).await.expect(201);
    put(&mia, &shared, json!([{"mcp_server_id": server["id"]}])).await.expect(200);
    put(&ann, &shared, json!([])).await.refused(403, "forbidden");
    ann.get(&tools_of(&shared)).await.refused(403, "forbidden");
    let private = mia.agent("private").await;
    put(&ann, &private, json!([])).await.refused(404, "not_found");
    let desk = json!({"handle": "desk", "display_name": "Desk", "kind": "organization"});
    let desk = ann.post("/agents", desk).await.expect(201);
    put(&mia, &desk, json!([])).await.refused(403, "forbidden");
    mia.get(&tools_of(&desk)).await.refused(403, "forbidden");
    put(&ann, &desk, json!([{"mcp_server_id": server["id"]}])).await.expect(200);
}

async fn servers_of_others_are_not_there(stead: Stead) {
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    let agent = ann.agent("helper").await;
    let theirs = bob.tool_server("theirs").await;
    let mut refusals = Vec::new();
    for id in [theirs["id"].clone(), json!("01890000-0000-7000-8000-000000000000")] {
        let mut refused = put(&ann, &agent, json!([{"mcp_server_id": id}])).await.refused(404, "not_found");
        refused.as_object_mut().unwrap().remove("request_id");
        refusals.push(refused);
    }
    assert_eq!(refusals[0], refusals[1]);
    assert_eq!(ann.get(&tools_of(&agent)).await.expect(200), json!({"servers": []}));
    for call in [ann.get(&path(&theirs)), ann.delete(&path(&theirs)), ann.patch(&path(&theirs), json!({}))] {
        call.await.refused(404, "not_found");
    }
}

async fn a_server_that_is_removed_is_nobodys_any_more(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let (one, two) = (ann.tool_server("one").await, ann.tool_server("two").await);
    put(&ann, &agent, json!([{"mcp_server_id": one["id"]}, {"mcp_server_id": two["id"]}])).await.expect(200);
    ann.delete(&path(&one)).await.expect(204);
    assert_eq!(ann.get(&tools_of(&agent)).await.expect(200), json!({"servers": [all_of(&two)]}));
    put(&ann, &agent, json!([{"mcp_server_id": one["id"]}])).await.refused(404, "not_found");
}

async fn what_is_wrong_with_a_grant_is_told(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let id = ann.tool_server("one").await["id"].clone();
    for (servers, field) in [
        (json!([{"mcp_server_id": id}, {"mcp_server_id": id, "tools": ["a"]}]), "servers"),
        (json!([{"mcp_server_id": "x"}]), "servers[0].mcp_server_id"),
        (json!([{"mcp_server_id": id}, {"tools": []}]), "servers[1].mcp_server_id"),
        (json!([{"mcp_server_id": id, "tools": [""]}]), "servers[0].tools"),
        (json!([{"mcp_server_id": id, "surprise": 1}]), "servers[0].surprise"),
        (json!(vec![json!({"mcp_server_id": id}); 33]), "servers"),
        (json!(null), "servers"),
        (json!({}), "servers"),
    ] {
        put(&ann, &agent, servers).await.complains_about(field);
    }
    ann.call(reqwest::Method::PUT, &tools_of(&agent)).json(&json!({})).await.complains_about("servers");
}
