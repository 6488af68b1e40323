//! API keys: making, using, listing and revoking them; scopes; importing messages.

mod create;
mod import;
mod lifetime;
mod list;
mod nodes;
mod organization;
mod rights;

use serde_json::{Value, json};

use crate::harness::{Account, Client};

/// Makes a key; the answer that shows it.
async fn made(maker: &Client, scopes: &[&str]) -> Value {
    maker.post("/api-keys", json!({"name": "A key", "scopes": scopes})).await.expect(201)
}

/// Somebody who comes with the key of an answer that shows it.
fn bearer(client: &Client, made: &Value) -> Client {
    client.with_token(made["secret"].as_str().expect("a key that is shown"))
}

/// Somebody who comes with a new key.
pub async fn key(account: &Account, scopes: &[&str]) -> Client {
    bearer(account, &made(account, scopes).await)
}

fn at(key: &Value) -> String {
    format!("/api-keys/{}", key["id"].as_str().expect("an id"))
}
