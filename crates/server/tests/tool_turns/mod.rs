//! Turns in which an agent calls tools.

mod approvals;
mod calls;
mod limits;
mod prompts;
mod stream;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Account, Talk};

/// A thread with a new agent that may call every tool of a server called `kit`.
pub async fn talk_with_tools(account: &Account, policy: &str) -> Talk {
    let server = account.tool_server("kit").await;
    talk_with(account, json!({"tool_policy": policy}), &server).await
}

/// The same with more said of the agent.
pub async fn talk_with(account: &Account, settings: Value, server: &Value) -> Talk {
    let mut agent = json!({"handle": "helper", "display_name": "Helper"});
    agent.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let agent = account.post("/agents", agent).await.expect(201);
    let agent = agent["id"].as_str().unwrap();
    let grant = json!({"servers": [{"mcp_server_id": server["id"]}]});
    account.call(Method::PUT, &format!("/agents/{agent}/tools")).json(&grant).await.expect(200);
    account.talk_with(agent).await
}

/// The tool calls of the thread's newest message.
pub async fn newest_calls(talk: &Talk) -> Vec<Value> {
    let messages = talk.messages().await;
    messages.last().unwrap()["tool_calls"].as_array().unwrap().clone()
}

/// Where calls stand.
pub fn statuses(calls: &[Value]) -> Vec<&str> {
    calls.iter().map(|call| call["status"].as_str().unwrap()).collect()
}
