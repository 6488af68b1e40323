//! What is said in channels.

mod access;
mod beside;
mod edits;
mod lists;
mod mentions;
mod posts;
mod repeats;
mod settings;

use serde_json::{Value, json};

use crate::harness::{Account, Stead, call::Call, talk::text};

/// A private channel of Ann's, its admin, with Ben in it; and Cy, who is of their organization.
struct Room {
    ann: Account,
    ben: Account,
    cy: Account,
    id: String,
}

impl Room {
    async fn new(stead: &Stead) -> Self {
        let ann = stead.register("ann").await;
        let (ben, cy) = (ann.invite("ben", "member").await, ann.invite("cy", "member").await);
        let id = channel(&ann, json!({"kind": "private", "name": "Board", "user_ids": [ben.id()]})).await;
        Self { ann, ben, cy, id }
    }

    fn at(&self, rest: &str) -> String {
        format!("/channels/{}{rest}", self.id)
    }

    fn post(&self, who: &Account, body: Value) -> Call {
        who.post(&self.at("/messages"), body)
    }

    async fn say(&self, who: &Account, content: &str) -> Value {
        self.post(who, json!({"content": content})).await.expect(201)
    }

    async fn reply(&self, who: &Account, to: &Value, content: &str) -> Value {
        self.post(who, json!({"content": content, "parent_id": to["id"]})).await.expect(201)
    }

    async fn messages(&self, who: &Account) -> Vec<Value> {
        let page = who.get(&self.at("/messages?limit=100")).await.expect(200);
        page["messages"].as_array().unwrap().clone()
    }
}

/// Makes a channel; its id.
async fn channel(by: &Account, body: Value) -> String {
    text(&by.post("/channels", body).await.expect(201)["id"]).to_owned()
}

/// Where a message is.
fn at(message: &Value, rest: &str) -> String {
    format!("/messages/{}{rest}", text(&message["id"]))
}

/// What each says.
fn contents(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| text(&message["content"])).collect()
}

/// Their ids.
fn ids(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| text(&message["id"])).collect()
}
