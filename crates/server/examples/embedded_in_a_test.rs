//! How another team tests what it builds on Stead: the whole server in its own process, nothing to install.
//!
//! `cargo run -p stead-server --example embedded_in_a_test`

use serde_json::{Value, json};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let stead = stead_server::ephemeral().await?;
    let http = reqwest::Client::builder().build()?;
    let api = format!("{}/api/v1", stead.url());

    let account: Value = http
        .post(format!("{api}/auth/register"))
        .json(&json!({
            "organization_name": "Acme", "email": "ann@example.org", "password": "correct horse battery",
            "handle": "ann", "display_name": "Ann",
        }))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let token = account["access_token"].as_str().unwrap_or_default();

    let threads = format!("{api}/chat/default/threads");
    let thread: Value = http.post(&threads).bearer_auth(token).json(&json!({})).send().await?.json().await?;
    let messages = format!("{threads}/{}/messages", thread["id"].as_str().unwrap_or_default());
    let answer: Value = http
        .post(&messages)
        .bearer_auth(token)
        .json(&json!({"content": "What is a stead?"}))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    assert_eq!(answer["role"], "assistant");
    assert_eq!(answer["metadata"]["model"], "offline");

    stead.stop().await;
    Ok(())
}
