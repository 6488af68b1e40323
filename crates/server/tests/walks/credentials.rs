use std::{collections::BTreeSet, sync::Arc, time::Duration};

use stead_testkit::fakes::FakeClock;

use crate::harness::{Answer, Client, Setup, World, contract::Contract, world::operations};

on_both!(every_operation_but_the_open_ones_wants_good_credentials);

/// What may be called by anybody.
const OPEN: [&str; 7] = [
    "GET /healthz",
    "GET /api/v1/avatars/{avatar_id}",
    "GET /api/v1/profiles/{handle}",
    "GET /readyz",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/register",
];

async fn every_operation_but_the_open_ones_wants_good_credentials(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let world = World::new(&stead, "ann").await;
    let stranger = stead.stranger();
    let expired = world.account.clone();
    clock.advance(Duration::from_secs(600));
    let login = serde_json::json!({"email": "ann@example.org", "password": crate::harness::account::PASSWORD});
    let login = stranger.post("/auth/login", login).await.expect(200);
    let revoked = crate::harness::Account::from_sign_in(&stranger, "ann@example.org", login);
    revoked.post_nothing("/auth/logout").await.expect(204);
    let mut parts: Vec<&str> = expired.access_token.split('.').collect();
    parts[2] = "AAAA";
    let clients: Vec<(&str, Client)> = vec![
        ("nothing", stranger.clone()),
        ("garbage", stranger.with_token("garbage")),
        ("a forged signature", stranger.with_token(&parts.join("."))),
        ("an unsigned token", stranger.with_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")),
        ("a refresh token", stranger.with_token(&expired.refresh_token)),
        ("an expired token", (*expired).clone()),
        ("a revoked token", (*revoked).clone()),
    ];
    let mut open = BTreeSet::new();
    let mut bodies = Vec::new();
    for operation in operations() {
        if Contract::get().is_open(operation) {
            open.insert(format!("{} {}", operation.method, operation.path));
            continue;
        }
        for (what, client) in &clients {
            let call = client.at_root().call(operation.method.clone(), &world.path(operation));
            bodies.push(refused(what, call.await));
        }
        let basic = stranger.at_root().call(operation.method.clone(), &world.path(operation));
        bodies.push(refused("another scheme", basic.header("authorization", "Basic YW5uOnB3").await));
    }
    assert!(bodies.len() > 100, "the walk goes over the whole document");
    assert!(bodies.iter().all(|body| *body == bodies[0]), "all refusals look the same");
    let unexpected: Vec<_> = open.iter().filter(|operation| !OPEN.contains(&operation.as_str())).collect();
    assert!(unexpected.is_empty(), "open to anybody: {unexpected:?}");
}

fn refused(what: &str, answer: Answer) -> serde_json::Value {
    assert_eq!(answer.status, 401, "{what}: {}: {}", answer.sent, answer.text());
    let asks = answer.header("www-authenticate").unwrap_or_default();
    assert!(asks.starts_with("Bearer"), "{what}: {}: WWW-Authenticate: {asks}", answer.sent);
    let mut error = answer.refused(401, "unauthorized");
    error.as_object_mut().unwrap().remove("request_id");
    error
}
