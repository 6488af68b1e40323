//! Somebody with one of everything, so that any operation of the document can be called.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Account, Stead,
    account::{PASSWORD, registration},
    call::Call,
    contract::{Contract, Operation},
};

/// An account with an agent, a thread with that agent, and a run in it.
#[derive(Clone)]
pub struct World {
    pub account: Account,
    pub agent: String,
    pub thread: String,
    pub run: String,
    /// The answer of that run.
    pub message: String,
    pub api_key: String,
    pub user: String,
    pub session: String,
    pub invitation: String,
    pub file: String,
    pub avatar: String,
    pub mcp_server: String,
    /// Their own AI channel: what is done in it is seldom refused to them.
    pub channel: String,
    /// A message of theirs in it.
    pub channel_message: String,
    /// Their inbox thread with that agent.
    pub conversation: String,
    /// Their conversation beside that channel.
    pub sidebar: String,
}

impl World {
    pub async fn new(stead: &Stead, handle: &str) -> Self {
        let account = stead.register(handle).await;
        let agent = account.agent("helper").await["id"].as_str().unwrap().to_owned();
        let talk = account.talk_with(&agent).await;
        let answer = talk.say("hello").await.expect(201);
        let run = answer["metadata"]["run_id"].as_str().unwrap().to_owned();
        let message = answer["id"].as_str().unwrap().to_owned();
        let api_key = json!({"name": "A key", "scopes": ["threads:read"]});
        let api_key = account.post("/api-keys", api_key).await.expect(201)["id"].as_str().unwrap().to_owned();
        let user = account.id().to_owned();
        let session = account.another_session().await;
        let invitation = account.post("/invitations", json!({})).await.expect(201)["id"].as_str().unwrap().to_owned();
        let mcp_server = account.tool_server("tools").await["id"].as_str().unwrap().to_owned();
        let file = account.upload("note.txt", "A note.").await["id"].as_str().unwrap().to_owned();
        let avatar = account.new_avatar().await;
        let channel = account.own_channel().await;
        let said =
            account.post(&format!("/channels/{channel}/messages"), json!({"content": "hello"})).await.expect(201);
        let channel_message = said["id"].as_str().unwrap().to_owned();
        let asked = account.post(&format!("/ai/channels/{channel}/query"), json!({"query": "hello"})).await.expect(200);
        let sidebar = asked["conversation"]["id"].as_str().unwrap().to_owned();
        let start = json!({"chat_type": "agent", "target_avee_id": agent});
        let conversation = account.post("/messaging/conversations", start).await.expect(201)["id"].clone();
        let conversation = conversation.as_str().unwrap().to_owned();
        Self {
            account,
            agent,
            thread: talk.id,
            run,
            message,
            api_key,
            user,
            session,
            invitation,
            file,
            avatar,
            mcp_server,
            channel,
            channel_message,
            conversation,
            sidebar,
        }
    }

    /// Ids that name nothing.
    pub fn of_nothing(account: &Account) -> Self {
        let nothing = |n: u8| format!("0189{n:04}-0000-7000-8000-000000000000");
        Self {
            account: account.clone(),
            agent: nothing(1),
            thread: nothing(2),
            run: nothing(3),
            message: nothing(11),
            api_key: nothing(4),
            user: nothing(5),
            session: nothing(6),
            invitation: nothing(7),
            file: nothing(9),
            avatar: nothing(10),
            mcp_server: nothing(8),
            channel: nothing(12),
            channel_message: nothing(13),
            conversation: nothing(14),
            sidebar: nothing(15),
        }
    }

    /// An operation's path with these ids.
    pub fn path(&self, operation: &Operation) -> String {
        let path = operation.path.replace("{agent_id}", &self.agent);
        let path = path
            .replace("{thread_id}", &self.thread)
            .replace("{run_id}", &self.run)
            .replace(
                "{message_id}",
                if operation.path.contains("/chat/") { &self.message } else { &self.channel_message },
            )
            .replace("{emoji}", "%F0%9F%91%8D")
            .replace("{api_key_id}", &self.api_key)
            .replace("{user_id}", &self.user)
            .replace("{session_id}", &self.session)
            .replace("{invitation_id}", &self.invitation)
            .replace("{file_id}", &self.file)
            .replace("{avatar_id}", &self.avatar)
            .replace("{mcp_server_id}", &self.mcp_server)
            .replace("{channel_id}", &self.channel)
            .replace(
                "{conversation_id}",
                if operation.path.contains("/ai/channels/") { &self.sidebar } else { &self.conversation },
            )
            .replace("{handle}", self.account.user["handle"].as_str().unwrap());
        assert!(!path.contains('{'), "a parameter that the tests do not know: {path}");
        path + required_query(operation)
    }

    /// A call of an operation with these ids that is in itself right.
    pub fn call(&self, operation: &Operation) -> Call {
        filled(self.account.at_root().call(operation.method.clone(), &self.path(operation)), operation)
    }
}

/// The query that an operation cannot do without.
pub fn required_query(operation: &Operation) -> &'static str {
    match operation.path.as_str() {
        "/api/v1/search" => "?q=needle",
        "/api/v1/ai/channels/{channel_id}/summarize" => "?quantity=1&time_unit=days",
        _ => "",
    }
}

/// A call with the body that its operation takes, if it takes one.
pub fn filled(call: Call, operation: &Operation) -> Call {
    match body_of(operation) {
        Some(body) => call.json(&body),
        None if takes_form(operation) => call.file("note.txt", "Another note."),
        None if takes_picture(operation) => call.picture(),
        None => call,
    }
}

/// Whether an operation takes a file.
pub fn takes_form(operation: &Operation) -> bool {
    operation.about.pointer("/requestBody/content/multipart~1form-data").is_some()
}

/// Whether an operation takes a picture.
pub fn takes_picture(operation: &Operation) -> bool {
    operation.about.pointer("/requestBody/content/image~1png").is_some()
}

/// The JSON that an operation takes, if it takes some.
pub fn body_of(operation: &Operation) -> Option<Value> {
    operation.about.pointer("/requestBody/content/application~1json")?;
    let path = operation.path.trim_start_matches("/api/v1");
    Some(match (operation.method.as_str(), path) {
        ("POST", "/auth/register") => registration("newcomer"),
        ("POST", "/auth/login") => json!({"email": "newcomer@example.org", "password": PASSWORD}),
        ("POST", "/auth/refresh") => json!({"refresh_token": "no token"}),
        ("POST", "/api-keys") => json!({"name": "Another", "scopes": ["threads:read"]}),
        ("POST", "/agents") => json!({"handle": "another", "display_name": "Another"}),
        ("POST", "/chat/{agent_id}/threads") => json!({"title": "Another"}),
        ("POST", "/chat/{agent_id}/threads/{thread_id}/messages") => json!({"content": "hello"}),
        ("POST", "/chat/{agent_id}/threads/{thread_id}/runs/{run_id}/approvals") => {
            json!({"tool_call_id": "0197a3c4-5d6e-7f80-9a1b-000000000009", "approve": true})
        }
        ("PUT", "/chat/{agent_id}/threads/{thread_id}/messages/{message_id}/feedback") => json!({"rating": "up"}),
        ("PATCH", "/users/me") => json!({"bio": "changed"}),
        ("POST", "/invitations") => json!({"role": "admin"}),
        ("PATCH", "/users/{user_id}") => json!({"role": "owner"}),
        ("PUT", "/users/{user_id}/status") => json!({"text": "changed"}),
        ("POST", "/ai/channels/{channel_id}/query") => json!({"query": "hello"}),
        ("POST", "/ai/channels/{channel_id}/conversations/{conversation_id}/messages") => json!({"content": "hello"}),
        ("PUT", "/ai/persona/me") => json!({"cooldown_s": 30}),
        ("POST", "/ai/persona/{user_id}") => json!({"message": "hello"}),
        ("PATCH", "/organization") => json!({"name": "Changed"}),
        ("PUT", "/agents/{agent_id}/tools") => json!({"servers": []}),
        ("POST", "/mcp-servers") => {
            json!({"name": "another", "transport": "http", "url": "https://tools.example.org/another"})
        }
        ("PATCH", "/mcp-servers/{mcp_server_id}") => json!({"timeout_s": 5}),
        ("POST", "/mcp-servers/{mcp_server_id}/check") => json!({"accept_changes": true}),
        ("POST", "/messaging/conversations") => json!({"target_handle": "nobody", "chat_type": "profile"}),
        ("POST", "/messaging/conversations/{conversation_id}/messages") => json!({"content": "hello"}),
        ("POST", "/channels/{channel_id}/messages") => json!({"content": "hello"}),
        ("PATCH", "/messages/{message_id}") => json!({"content": "changed"}),
        ("POST", "/channels") => json!({"name": "another"}),
        ("PATCH", "/channels/{channel_id}") => json!({"topic": "changed"}),
        ("PUT", "/channels/{channel_id}/members/{user_id}") => json!({"role": "member"}),
        ("POST", "/channels/{channel_id}/read") => json!({"message_id": "0197a3c4-5d6e-7f80-9a1b-000000000009"}),
        ("PUT", "/channels/{channel_id}/notifications") => json!({"level": "mentions"}),
        ("PATCH", "/agents/{agent_id}") => json!({"display_name": "Changed"}),
        ("PATCH", "/chat/{agent_id}/threads/{thread_id}") => json!({"title": "Changed"}),
        (method, path) => panic!("the tests need a body for {method} {path}"),
    })
}

/// The operations below `/api/v1`.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    Contract::get().operations().iter().filter(|operation| operation.path.starts_with("/api/v1/"))
}

/// Those that take JSON.
pub fn with_body() -> impl Iterator<Item = &'static Operation> {
    operations().filter(|operation| operation.about.pointer("/requestBody/content/application~1json").is_some())
}

/// Whether an operation is only a look.
pub fn reads(operation: &Operation) -> bool {
    operation.method == Method::GET
}
