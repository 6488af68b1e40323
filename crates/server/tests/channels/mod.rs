//! Channels, and who is in them.

mod direct;
mod first;
mod members;
mod news;
mod rooms;

use serde_json::{Value, json};

use crate::harness::Account;

/// The path of a new channel.
async fn made(account: &Account, name: &str, kind: &str) -> String {
    let channel = account.post("/channels", json!({"name": name, "kind": kind})).await.expect(201);
    path(&channel)
}

fn path(channel: &Value) -> String {
    format!("/channels/{}", channel["id"].as_str().unwrap())
}

fn member(channel: &str, account: &Account) -> String {
    format!("{channel}/members/{}", account.id())
}

/// The handles and roles of who is in it.
async fn members(account: &Account, channel: &str) -> Vec<(String, String)> {
    let page = account.get(&format!("{channel}/members")).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    page["members"].as_array().unwrap().iter().map(|member| (text(&member["handle"]), text(&member["role"]))).collect()
}

/// The names of the channels that somebody is in.
async fn mine(account: &Account) -> Vec<Value> {
    let mine = account.get("/channels/me").await.expect(200);
    mine["channels"].as_array().unwrap().iter().map(|channel| channel["name"].clone()).collect()
}
