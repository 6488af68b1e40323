//! Somebody who is signed in.

use std::ops::Deref;

use serde_json::{Value, json};

use super::{Client, Talk, call::Address};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// A person with an account, as a client of the API.
#[derive(Clone)]
pub struct Account {
    client: Client,
    pub email: String,
    pub user: Value,
    pub organization: Value,
    pub access_token: String,
    pub refresh_token: String,
}

impl Account {
    pub(super) async fn register(stranger: &Client, handle: &str) -> Self {
        let answer = stranger.post("/auth/register", registration(handle)).await;
        Self::from_sign_in(stranger, &format!("{handle}@example.org"), answer.expect(201))
    }

    /// From what register, login and refresh answer.
    pub fn from_sign_in(stranger: &Client, email: &str, signed_in: Value) -> Self {
        let text = |field: &str| signed_in[field].as_str().expect("a token").to_owned();
        Self {
            client: stranger.with_token(&text("access_token")),
            email: email.to_owned(),
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
            user: signed_in["user"].clone(),
            organization: signed_in["organization"].clone(),
        }
    }

    /// The same person through another process.
    pub fn through(&self, address: &Address) -> Self {
        Self { client: self.client.through(address), ..self.clone() }
    }

    pub fn id(&self) -> &str {
        self.user["id"].as_str().expect("a user's id")
    }

    /// The id of the organization's default agent.
    pub fn default_agent(&self) -> &str {
        self.organization["default_agent_id"].as_str().expect("a default agent")
    }

    /// A new thread with the default agent. It has a title, so that none is made for it.
    pub async fn talk(&self) -> Talk {
        self.talk_with("default").await
    }

    /// The same with another agent.
    pub async fn talk_with(&self, agent: &str) -> Talk {
        let threads = format!("/chat/{agent}/threads");
        let thread = self.post(&threads, json!({"title": "A thread"})).await.expect(201);
        Talk::new(&self.client, &threads, &thread)
    }

    /// The id of their channel with their own agent.
    pub async fn own_channel(&self) -> String {
        let mine = self.get("/channels/me").await.expect(200);
        let mut mine = mine["channels"].as_array().expect("channels").iter();
        let own = mine.find(|channel| channel["ai_channel"] == true).expect("their own channel");
        own["id"].as_str().expect("an id").to_owned()
    }

    /// Signs in once more; the id of that sign-in.
    pub async fn another_session(&self) -> String {
        let elsewhere = self.sign_in_again().await;
        let sessions = elsewhere.get("/auth/sessions").await.expect(200);
        let mut sessions = sessions["sessions"].as_array().expect("sessions").iter();
        let current = sessions.find(|session| session["current"] == true).expect("the current one");
        current["id"].as_str().expect("an id").to_owned()
    }

    /// The same person at another place.
    pub async fn sign_in_again(&self) -> Self {
        let login = json!({"email": self.email, "password": PASSWORD});
        let login = self.without_token().post("/auth/login", login).await.expect(200);
        Self::from_sign_in(&self.without_token(), &self.email, login)
    }

    /// Invites somebody of that role, who joins at once.
    pub async fn invite(&self, handle: &str, role: &str) -> Self {
        let invitation = self.post("/invitations", json!({"role": role})).await.expect(201);
        let answer = self.without_token().post("/auth/register", joining(handle, &invitation["token"])).await;
        Self::from_sign_in(&self.without_token(), &format!("{handle}@example.org"), answer.expect(201))
    }

    /// A new server of tools of the organization.
    pub async fn tool_server(&self, name: &str) -> Value {
        let url = format!("https://tools.example.org/{name}");
        self.post("/mcp-servers", json!({"name": name, "transport": "http", "url": url})).await.expect(201)
    }

    /// A new file.
    pub async fn upload(&self, name: &str, bytes: impl AsRef<[u8]>) -> Value {
        self.post_nothing("/files").file(name, bytes).await.expect(201)
    }

    /// A new agent of one's own.
    pub async fn agent(&self, handle: &str) -> Value {
        self.post("/agents", json!({"handle": handle, "display_name": handle})).await.expect(201)
    }
}

impl Deref for Account {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// What somebody says to found an organization.
pub fn registration(handle: &str) -> Value {
    json!({
        "organization_name": format!("{handle} & Co"),
        "email": format!("{handle}@example.org"),
        "password": PASSWORD,
        "handle": handle,
        "display_name": format!("The {handle}"),
    })
}

/// What somebody says to join an organization.
pub fn joining(handle: &str, invitation: &Value) -> Value {
    let mut body = registration(handle);
    let fields = body.as_object_mut().expect("an object");
    fields.remove("organization_name");
    fields.insert("invitation".to_owned(), invitation.clone());
    body
}
