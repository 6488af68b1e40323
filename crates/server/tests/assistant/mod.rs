//! The assistant beside a channel.

mod answers;
mod conversations;
mod summaries;

use serde_json::{Value, json};

use crate::harness::{Account, eventually, talk::text};

/// A new channel's id.
async fn channel(account: &Account, name: &str, kind: &str) -> String {
    text(&account.post("/channels", json!({"name": name, "kind": kind})).await.expect(201)["id"]).to_owned()
}

/// Says something in a channel, and waits until it can be found.
async fn say(account: &Account, channel: &str, content: &str) -> Value {
    let said = account.post(&format!("/channels/{channel}/messages"), json!({"content": content})).await.expect(201);
    let word: String = content.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    let word = word.split(' ').max_by_key(|word| word.len()).unwrap_or_default().to_owned();
    eventually("what was said to be found", async || {
        let found = account.get(&format!("/search?q={word}&channel_id={channel}")).await.expect(200);
        let found = found["results"].as_array().unwrap().iter().any(|hit| hit.to_string().contains(text(&said["id"])));
        found.then_some(())
    })
    .await;
    said
}

async fn ask(account: &Account, channel: &str, query: &str) -> Value {
    account.post(&format!("/ai/channels/{channel}/query"), json!({"query": query})).await.expect(200)
}

fn at(channel: &str, conversation: &Value) -> String {
    format!("/ai/channels/{channel}/conversations/{}", text(&conversation["id"]))
}
