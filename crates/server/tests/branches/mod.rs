//! Threads that branch: messages after older ones, answers written anew, and which branch is shown.

mod feedback;
mod posts;
mod prompts;
mod random;
mod regenerate;
mod shown;
mod switch;

use serde_json::{Value, json};

use crate::harness::{Account, Answer, Talk, call::Call, talk::text};

/// Says something after a message, and waits for the answer.
async fn say_after(account: &Account, talk: &Talk, before: &Value, content: &str) -> Answer {
    account.post(&talk.at("/messages"), json!({"content": content, "parent_id": before})).await
}

/// Has a message written anew.
fn regenerate(account: &Account, talk: &Talk, message: &Value) -> Call {
    account.post_nothing(&talk.at(&format!("/messages/{}/regenerate", text(message))))
}

/// Shows the branch through a message.
fn switch(account: &Account, talk: &Talk, message: &Value) -> Call {
    account.patch(&talk.path, json!({"active_message_id": message}))
}

/// The messages of all branches.
async fn all(account: &Account, talk: &Talk) -> Vec<Value> {
    let page = account.get(&talk.at("/messages?branches=all&limit=100")).await.expect(200);
    page["messages"].as_array().unwrap().clone()
}

/// What each says.
fn contents(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| text(&message["content"])).collect()
}
