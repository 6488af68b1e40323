//! Servers of tools, what agents may call of them, and what a model is then offered.

mod check;
mod crud;
mod fields;
mod grants;
mod offered;
mod secrets;

use serde_json::Value;

use crate::harness::Account;

/// Where a server is in the API.
fn path(server: &Value) -> String {
    format!("/mcp-servers/{}", server["id"].as_str().expect("an id"))
}

/// The names that the organization's servers have, in order.
async fn names(account: &Account) -> Vec<String> {
    let page = account.get("/mcp-servers").await.expect(200);
    let servers = page["mcp_servers"].as_array().expect("servers").iter();
    servers.map(|server| server["name"].as_str().expect("a name").to_owned()).collect()
}
