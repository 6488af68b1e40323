//! Search, and what it never shows.

mod found;
mod leaks;
mod meaning;
mod pages;
mod queries;

use serde_json::Value;

use crate::harness::{Account, eventually, talk::text};

/// What somebody finds. `query` is as it stands in the address.
async fn results(account: &Account, query: &str) -> Vec<Value> {
    let page = account.get(&format!("/search?{query}")).await.expect(200);
    page["results"].as_array().unwrap().clone()
}

/// What they find, by its text or name.
async fn names(account: &Account, query: &str) -> Vec<String> {
    results(account, query).await.iter().map(name).collect()
}

fn name(result: &Value) -> String {
    match text(&result["type"]) {
        "message" => text(&result["message"]["content"]).to_owned(),
        _ => text(&result["file"]["name"]).to_owned(),
    }
}

/// Waits until somebody finds so many things.
async fn once_found(account: &Account, query: &str, count: usize) -> Vec<Value> {
    let what = format!("{count} results of {query}");
    eventually(&what, async || Some(results(account, query).await).filter(|found| found.len() == count)).await
}
