//! What the calls of the matrix are about: made afresh, and right in itself.

use serde_json::{Value, json};

use super::{cast::Cast, table::Row};
use crate::harness::{
    Account,
    account::{PASSWORD, registration},
    contract::Operation,
};

/// The path of a row's call, to something that was made for it.
pub async fn target(cast: &mut Cast, operation: &Operation, row: &Row) -> String {
    let mut path = operation.path.clone();
    if path.contains("{agent_id}") {
        let agent = agent(cast, row).await;
        path = path.replace("{agent_id}", &agent);
        if path.contains("{thread_id}") {
            let whose = cast.person(if row.has("member's") { "member" } else { "own" });
            let talk = whose.talk_with(&agent).await;
            path = path.replace("{thread_id}", &talk.id);
            if path.contains("{run_id}") {
                let answer = talk.say("hello").await.expect(201);
                path = path.replace("{run_id}", text(&answer["metadata"]["run_id"]));
            } else if path.contains("{message_id}") {
                let answer = talk.say("hello").await.expect(201);
                path = path.replace("{message_id}", text(&answer["id"]));
            } else if path.ends_with("/generate_title") {
                talk.say("hello").await.expect(201);
            }
        }
    }
    let own = cast.person("own");
    if path.contains("{session_id}") {
        path = path.replace("{session_id}", &own.another_session().await);
    }
    if path.contains("{api_key_id}") {
        let maker = if row.has("organization's") { cast.person("owner") } else { own };
        let key = maker.post("/api-keys", api_key(row)).await.expect(201);
        path = path.replace("{api_key_id}", text(&key["id"]));
    }
    if path.contains("{invitation_id}") {
        let invitation = cast.person("owner").post("/invitations", json!({})).await.expect(201);
        path = path.replace("{invitation_id}", text(&invitation["id"]));
    }
    if path.contains("{mcp_server_id}") {
        let name = cast.new_name();
        let server = cast.person("owner").tool_server(&name).await;
        path = path.replace("{mcp_server_id}", text(&server["id"]));
    }
    let own = cast.person("own");
    if path.contains("{file_id}") {
        let file = own.upload("note.txt", "A note.").await;
        if row.has("in a thread") {
            own.post("/chat/default/threads", json!({"file_ids": [file["id"]]})).await.expect(201);
        }
        path = path.replace("{file_id}", text(&file["id"]));
    }
    if path.contains("{avatar_id}") {
        path = path.replace("{avatar_id}", &own.new_avatar().await);
    }
    let user = if row.has("an owner") { cast.person("owner") } else { own };
    path = path.replace("{user_id}", user.id()).replace("{handle}", text(&user.user["handle"]));
    assert!(!path.contains('{'), "a parameter that the matrix does not know: {path}");
    if row.has("everyone's") { format!("{path}?scope=organization") } else { path }
}

async fn agent(cast: &mut Cast, row: &Row) -> String {
    let handle = cast.new_name();
    let (owner, own) = (cast.person("owner"), cast.person("own"));
    let make = async |maker: &Account, kind: &str, visibility: &str| {
        let agent = json!({"handle": handle, "display_name": "An agent", "kind": kind, "visibility": visibility});
        text(&maker.post("/agents", agent).await.expect(201)["id"]).to_owned()
    };
    match row.with.split(", ").next().unwrap_or_default() {
        "default agent" => own.default_agent().to_owned(),
        "organization's" => make(owner, "organization", "organization").await,
        "shared agent" => make(own, "personal", "organization").await,
        "private agent" => make(own, "personal", "private").await,
        other => panic!("the matrix does not say with which agent: {other:?}"),
    }
}

/// The body of a row's call, if it has one.
pub async fn body(cast: &mut Cast, operation: &Operation, row: &Row) -> Option<Value> {
    operation.about.pointer("/requestBody/content/application~1json")?;
    let name = cast.new_name();
    let own = cast.person("own");
    let role = if row.has("an owner") { "owner" } else { "member" };
    let kind = if row.has("organization's") { "organization" } else { "personal" };
    Some(match row.operation.replace("/api/v1/", "").as_str() {
        "POST auth/register" => registration(&name),
        "POST auth/login" => json!({"email": own.email, "password": PASSWORD}),
        "POST auth/refresh" => json!({"refresh_token": own.sign_in_again().await.refresh_token}),
        "POST api-keys" => api_key(row),
        "PATCH users/me" => json!({"bio": name}),
        "PATCH users/{user_id}" => json!({"role": role}),
        "POST invitations" => json!({"role": role}),
        "PATCH organization" => json!({"name": name}),
        "POST agents" => json!({"handle": name, "display_name": "An agent", "kind": kind}),
        "PUT agents/{agent_id}/tools" => {
            let server = cast.person("owner").tool_server(&name).await;
            json!({"servers": [{"mcp_server_id": server["id"]}]})
        }
        "POST mcp-servers" => json!({"name": name, "transport": "http", "url": "https://tools.example.org/mcp"}),
        "PATCH mcp-servers/{mcp_server_id}" => json!({"name": name}),
        "POST mcp-servers/{mcp_server_id}/check" => json!({"accept_changes": true}),
        "PATCH agents/{agent_id}" => json!({"description": name}),
        "POST chat/{agent_id}/threads" | "PATCH chat/{agent_id}/threads/{thread_id}" => json!({"title": name}),
        "POST chat/{agent_id}/threads/{thread_id}/messages" if row.has("import") => {
            json!({"content": name, "role": "assistant"})
        }
        "POST chat/{agent_id}/threads/{thread_id}/messages" => json!({"content": name}),
        "PUT chat/{agent_id}/threads/{thread_id}/messages/{message_id}/feedback" => json!({"rating": "down"}),
        "POST chat/{agent_id}/threads/{thread_id}/runs/{run_id}/approvals" => {
            json!({"tool_call_id": "0197a3c4-5d6e-7f80-9a1b-000000000009", "approve": true})
        }
        other => panic!("the matrix does not know a body for {other}"),
    })
}

fn api_key(row: &Row) -> Value {
    json!({"name": "A key", "scopes": ["threads:read"], "organization": row.has("organization's")})
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}"))
}
