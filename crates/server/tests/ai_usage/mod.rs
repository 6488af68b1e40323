//! What models use is accounted for, and bounded.

mod budgets;
mod figures;

use serde_json::Value;
use stead_domain::run::Usage;
use stead_testkit::fakes::FakeReply;

use crate::harness::Account;

/// The fake's answer with what it used.
fn costing(input_tokens: i64, output_tokens: i64) -> FakeReply {
    FakeReply::text("Fine.").with_usage(Some(Usage { input_tokens, output_tokens, ..Usage::default() }))
}

/// What was used, by something.
async fn usage(account: &Account, by: &str) -> Value {
    account.get(&format!("/ai/usage?by={by}")).await.expect(200)
}

/// The tokens of prompts and answers, by key; of no one's the key is empty.
fn tokens(usage: &Value) -> Vec<(String, i64)> {
    let items = usage["items"].as_array().expect("items").iter();
    let sum = |item: &Value| item["input_tokens"].as_i64().unwrap() + item["output_tokens"].as_i64().unwrap();
    items.map(|item| (item["key"].as_str().unwrap_or_default().to_owned(), sum(item))).collect()
}
