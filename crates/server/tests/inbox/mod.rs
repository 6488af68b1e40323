//! Direct channels and threads with agents as one inbox; what others say to one's agents.

mod agents;
mod limits;
mod lists;
mod messages;
mod overseen;
mod starts;

use serde_json::{Value, json};

use crate::harness::{Account, Answer, eventually, talk::text};

const CONVERSATIONS: &str = "/messaging/conversations";
const OVERSEEN: &str = "/messaging/agent-conversations";

async fn start(one: &Account, other: &Account) -> Answer {
    one.post(CONVERSATIONS, json!({"target_user_id": other.id(), "chat_type": "profile"})).await
}

async fn start_with(one: &Account, agent: &str) -> Answer {
    one.post(CONVERSATIONS, json!({"chat_type": "agent", "target_avee_id": agent})).await
}

/// Nobody stands in for these, though they are not there.
async fn nobody_stands_in_for(people: &[&Account]) {
    for person in people {
        let status = json!({"ai_replies": false});
        person.put(&format!("/users/{}/status", person.id()), status).await.expect(200);
    }
}

/// The path of the messages of a conversation.
fn messages(conversation: &Value) -> String {
    format!("{CONVERSATIONS}/{}/messages", text(&conversation["id"]))
}

async fn say(account: &Account, conversation: &Value, content: &str) -> Value {
    account.post(&messages(conversation), json!({"content": content})).await.expect(201)
}

async fn inbox(account: &Account) -> Vec<Value> {
    account.get(CONVERSATIONS).await.expect(200)["conversations"].as_array().unwrap().clone()
}

/// Their own agent, which everybody may talk to.
async fn own_agent(account: &Account) -> Value {
    let agents = account.get("/agents").await.expect(200)["agents"].clone();
    agents.as_array().unwrap().iter().find(|agent| agent["owner_user_id"] == account.id()).unwrap().clone()
}

/// The messages, without reading them, once the agent has answered so often.
async fn answered(account: &Account, conversation: &Value, answers: usize) -> Vec<Value> {
    let path = format!("{}?mark_read=false", messages(conversation));
    eventually("an answer", async || {
        let said = account.get(&path).await.expect(200)["messages"].as_array().unwrap().clone();
        let whole = said.iter().filter(|said| said["sender_type"] == "agent" && said["status"] == "complete").count();
        (whole == answers).then_some(said)
    })
    .await
}
