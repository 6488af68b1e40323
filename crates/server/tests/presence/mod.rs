//! Who is there: what the API says of it, and how nodes tell of those who are connected to them.

mod node;
mod nodes;
mod seen;
mod several;
mod status;

use serde_json::Value;

use crate::harness::Account;

fn at(account: &Account, what: &str) -> String {
    format!("/users/{}/{what}", account.id())
}

/// What somebody sees of somebody.
async fn seen(by: &Account, account: &Account) -> Value {
    by.get(&at(account, "connection-status")).await.expect(200)
}
