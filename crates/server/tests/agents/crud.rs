use serde_json::{Value, json};

use crate::harness::Stead;

on_both!(
    a_personal_agent_has_the_documented_defaults,
    an_organization_agent_is_visible_to_all_by_default,
    everything_that_is_set_comes_back,
    a_patch_keeps_what_it_does_not_name,
    null_clears_what_may_be_empty_and_nothing_else,
    handles_are_unique_among_the_agents_of_an_organization,
    a_deleted_agent_frees_its_handle,
    what_the_server_decides_is_not_writable,
);

async fn a_personal_agent_has_the_documented_defaults(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = ann.post("/agents", json!({"handle": "Helper", "display_name": "Helper"})).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let agent = made.expect(201);
    let expected = json!({
        "id": id, "organization_id": ann.organization["id"], "owner_user_id": ann.id(), "kind": "personal",
        "handle": "helper", "display_name": "Helper", "avatar_url": null, "description": "", "instructions": "",
        "model": null, "temperature": null, "visibility": "private", "owner_visibility": "metadata",
        "knowledge": "none", "tool_policy": "ask", "max_tool_rounds": 8,
        "created_at": agent["created_at"], "updated_at": agent["created_at"],
    });
    let present = |agent: &Value| {
        let fields = agent.as_object().unwrap().clone();
        Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect())
    };
    assert_eq!(present(&agent), present(&expected));
    assert_eq!(ann.get(&format!("/agents/{id}")).await.expect(200), agent);
}

async fn an_organization_agent_is_visible_to_all_by_default(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = json!({"handle": "desk", "display_name": "Desk", "kind": "organization"});
    let agent = ann.post("/agents", agent).await.expect(201);
    assert_eq!(agent["visibility"], "organization");
    assert!(agent["owner_user_id"].is_null());
    let hidden = json!({"handle": "d2", "display_name": "D", "kind": "organization", "visibility": "private"});
    assert_eq!(ann.post("/agents", hidden).await.expect(201)["visibility"], "private");
}

async fn everything_that_is_set_comes_back(stead: Stead) {
    let ann = stead.register("ann").await;
    let set = json!({
        "kind": "personal", "handle": "full", "display_name": "Füll \u{1f600}", "avatar_url": "https://example.org/a.png?x=1",
        "description": "What it is for", "instructions": "Line one\nline two\ttab", "model": "some/model:7b",
        "temperature": 0.25, "visibility": "organization", "owner_visibility": "none", "knowledge": "shared_channels",
        "tool_policy": "off", "max_tool_rounds": 0,
    });
    let made = ann.post("/agents", set.clone()).await.expect(201);
    let read = ann.get(&format!("/agents/{}", made["id"].as_str().unwrap())).await.expect(200);
    for (field, value) in set.as_object().unwrap() {
        assert_eq!((&made[field], &read[field]), (value, value), "{field}");
    }
    // A null is as good as nothing.
    let sparse =
        json!({"handle": "sparse", "display_name": "S", "model": null, "temperature": null, "visibility": null});
    assert_eq!(ann.post("/agents", sparse).await.expect(201)["visibility"], "private");
}

async fn a_patch_keeps_what_it_does_not_name(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let path = format!("/agents/{}", agent["id"].as_str().unwrap());
    let change = json!({"instructions": "Be brief.", "temperature": 2, "max_tool_rounds": 32, "tool_policy": "auto"});
    let changed = ann.patch(&path, change).await.expect(200);
    for (field, value) in
        [("instructions", json!("Be brief.")), ("max_tool_rounds", json!(32)), ("tool_policy", json!("auto"))]
    {
        assert_eq!(changed[field], value);
    }
    assert_eq!(changed["temperature"].as_f64(), Some(2.0));
    for field in ["handle", "display_name", "visibility", "knowledge", "created_at", "kind"] {
        assert_eq!(changed[field], agent[field], "{field}");
    }
    assert!(changed["updated_at"].as_str() >= agent["updated_at"].as_str());
    assert_eq!(ann.get(&path).await.expect(200), changed);
}

async fn null_clears_what_may_be_empty_and_nothing_else(stead: Stead) {
    let ann = stead.register("ann").await;
    let full = json!({
        "handle": "full", "display_name": "F", "avatar_url": "https://example.org/a.png", "model": "m", "temperature": 1,
    });
    let agent = ann.post("/agents", full).await.expect(201);
    let path = format!("/agents/{}", agent["id"].as_str().unwrap());
    let cleared = ann.patch(&path, json!({"avatar_url": null, "model": null, "temperature": null})).await.expect(200);
    assert!(cleared["avatar_url"].is_null() && cleared["model"].is_null() && cleared["temperature"].is_null());
    for field in
        ["handle", "display_name", "visibility", "owner_visibility", "knowledge", "tool_policy", "max_tool_rounds"]
    {
        ann.patch(&path, json!({field: null})).await.complains_about(field);
    }
    assert_eq!(ann.get(&path).await.expect(200), cleared);
}

async fn handles_are_unique_among_the_agents_of_an_organization(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = stead.register("bob").await;
    let agent = ann.agent("helper").await;
    for taken in ["helper", "HELPER", "stead", "ann"] {
        let again = json!({"handle": taken, "display_name": "Again"});
        ann.post("/agents", again).await.refused(409, "handle_taken");
    }
    bob.agent("helper").await;
    // An agent may be called like a user.
    bob.agent("ann").await;
    let path = format!("/agents/{}", agent["id"].as_str().unwrap());
    ann.patch(&path, json!({"handle": "stead"})).await.refused(409, "handle_taken");
    ann.patch(&path, json!({"handle": "HELPER"})).await.expect(200);
}

async fn a_deleted_agent_frees_its_handle(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let path = format!("/agents/{}", agent["id"].as_str().unwrap());
    ann.delete(&path).await.expect(204);
    ann.get(&path).await.refused(404, "not_found");
    ann.delete(&path).await.refused(404, "not_found");
    ann.patch(&path, json!({"display_name": "x"})).await.refused(404, "not_found");
    assert_ne!(ann.agent("helper").await["id"], agent["id"]);
}

async fn what_the_server_decides_is_not_writable(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let path = format!("/agents/{}", agent["id"].as_str().unwrap());
    for field in ["id", "organization_id", "owner_user_id", "created_at", "updated_at"] {
        let body = json!({"handle": "other", "display_name": "O", field: agent[field]});
        ann.post("/agents", body).await.complains_about(field);
        ann.patch(&path, json!({field: agent[field]})).await.complains_about(field);
    }
    ann.patch(&path, json!({"kind": "organization"})).await.complains_about("kind");
}
