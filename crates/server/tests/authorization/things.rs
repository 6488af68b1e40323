//! What the calls of the matrix are about: made afresh, and right in itself.

use serde_json::{Value, json};

use super::{cast::Cast, table::Row};
use crate::harness::{
    Account,
    account::{PASSWORD, registration},
    contract::Operation,
    world::required_query,
};

/// The path of a row's call, to something that was made for it.
pub async fn target(cast: &mut Cast, operation: &Operation, row: &Row) -> String {
    let mut path = operation.path.clone();
    if path.contains("{channel_id}") {
        path = in_channel(cast, path, row).await;
    } else if path.contains("/messages/{message_id}") && !path.contains("/chat/") {
        let channel = in_channel(cast, "{channel_id}".to_owned(), row).await;
        path = about_message(cast, path, &channel, row).await;
    }
    if path.contains("/ai/channels/") && path.contains("{conversation_id}") {
        let (room, _) = path.split_once("/conversations").expect("a path below a channel");
        let asked = cast
            .person("own")
            .post(&format!("{}/query", room.trim_start_matches("/api/v1")), json!({"query": "hello"}));
        let id = text(&asked.await.expect(200)["conversation"]["id"]).to_owned();
        path = path.replace("{conversation_id}", &id);
    }
    if path.contains("{conversation_id}") {
        path = path.replace("{conversation_id}", &conversation(cast, row).await);
    }
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
    path += required_query(operation);
    if row.has("everyone's") { format!("{path}?scope=organization") } else { path }
}

/// A channel that `own` has made, or is in with the owner.
async fn in_channel(cast: &mut Cast, path: String, row: &Row) -> String {
    let (name, newcomer) = (cast.new_name(), cast.new_name());
    let (own, owner, member) = (cast.person("own"), cast.person("owner"), cast.person("member"));
    let make = async |body: Value| text(&own.post("/channels", body).await.json()["id"]).to_owned();
    let channel = if row.has("direct") {
        make(json!({"kind": "direct", "user_ids": [owner.id()]})).await
    } else if row.has("AI") {
        own.own_channel().await
    } else {
        let kind = if row.has("private") { "private" } else { "public" };
        make(json!({"name": name, "kind": kind})).await
    };
    let at_member = format!("/channels/{channel}/members/{}", member.id());
    if row.has("a plain member") || row.has("a former member") {
        own.put_nothing(&at_member).await.expect(200);
    }
    if row.has("a former member") {
        own.delete(&at_member).await.expect(204);
    }
    let mut path = path.replace("{channel_id}", &channel);
    if path.contains("{message_id}") {
        path = about_message(cast, path, &channel, row).await;
    }
    if path.contains("{user_id}") {
        let somebody = owner.invite(&newcomer, "member").await;
        let at_somebody = format!("/channels/{channel}/members/{}", somebody.id());
        if operation_removes(row) && !row.has("direct") {
            own.put_nothing(&at_somebody).await.expect(200);
        }
        path = path.replace("{user_id}", somebody.id());
    }
    if path.contains("{agent_id}") {
        let id = agent(cast, row).await;
        if operation_removes(row) {
            cast.person("own").put_nothing(&format!("/channels/{channel}/agents/{id}")).await.expect(200);
        }
        path = path.replace("{agent_id}", &id);
    }
    path
}

/// A message in a channel of `own`'s, which is theirs or the plain member's.
async fn about_message(cast: &Cast, path: String, channel: &str, row: &Row) -> String {
    let whose = cast.person(if row.has("member's") { "member" } else { "own" });
    let said = whose.post(&format!("/channels/{channel}/messages"), json!({"content": "hello"})).await.expect(201);
    path.replace("{message_id}", text(&said["id"])).replace("{emoji}", "%F0%9F%91%8D")
}

/// A conversation in the inbox of `own`, with the owner or an agent, or in that of the member, with an agent of `own`'s.
async fn conversation(cast: &mut Cast, row: &Row) -> String {
    let start = if row.has("direct") {
        json!({"chat_type": "profile", "target_user_id": cast.person("owner").id()})
    } else {
        json!({"chat_type": "agent", "target_avee_id": agent(cast, row).await})
    };
    let whose = cast.person(if row.has("member's") { "member" } else { "own" });
    text(&whose.post("/messaging/conversations", start).await.json()["id"]).to_owned()
}

fn operation_removes(row: &Row) -> bool {
    row.operation.starts_with("DELETE ")
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
        "POST ai/channels/{channel_id}/query" => json!({"query": "hello"}),
        "POST ai/channels/{channel_id}/conversations/{conversation_id}/messages" => {
            json!({"content": name, "role": "user"})
        }
        "PUT users/{user_id}/status" => json!({"text": name}),
        "PUT ai/persona/me" => json!({"instructions": name}),
        "POST ai/persona/{user_id}" => json!({"message": "hello"}),
        "POST invitations" => json!({"role": role}),
        "PATCH organization" => json!({"name": name}),
        "POST agents" => json!({"handle": name, "display_name": "An agent", "kind": kind}),
        "PUT agents/{agent_id}/tools" => {
            let server = cast.person("owner").tool_server(&name).await;
            json!({"servers": [{"mcp_server_id": server["id"]}]})
        }
        "POST messaging/conversations" => {
            let newcomer = cast.person("owner").invite(&name, "member").await;
            json!({"target_user_id": newcomer.id(), "chat_type": "profile"})
        }
        "POST messaging/conversations/{conversation_id}/messages" => json!({"content": "hello"}),
        "POST channels/{channel_id}/messages" => json!({"content": "hello"}),
        "PATCH messages/{message_id}" => json!({"content": name}),
        "POST channels" => json!({"name": name}),
        "PATCH channels/{channel_id}" => json!({"topic": name}),
        "PUT channels/{channel_id}/members/{user_id}" => json!({"role": "member"}),
        "POST channels/{channel_id}/read" => json!({"message_id": "0197a3c4-5d6e-7f80-9a1b-000000000009"}),
        "PUT channels/{channel_id}/notifications" => json!({"level": "mentions"}),
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
