use serde_json::json;

use crate::harness::{
    Client, Stead, World,
    call::Call,
    contract::{Contract, Operation},
    world::{filled, operations},
};

on_both!(every_operation_takes_its_scope_of_a_key);

/// The scope that the document names for keys; nothing where it takes none.
fn scope_of(operation: &Operation) -> Option<&str> {
    let ways = operation.about["security"].as_array().unwrap_or_else(|| panic!("{operation:?} says nothing"));
    ways.iter().find_map(|way| way.get("api_key")).map(|scopes| scopes[0].as_str().unwrap())
}

async fn key_with(world: &World, scopes: &[&str]) -> Client {
    let body = json!({"name": "A walk", "scopes": scopes});
    let made = world.account.post("/api-keys", body).await.expect(201);
    world.account.with_token(made["secret"].as_str().unwrap())
}

fn call(client: &Client, world: &World, operation: &Operation) -> Call {
    filled(client.at_root().call(operation.method.clone(), &world.path(operation)), operation)
}

async fn every_operation_takes_its_scope_of_a_key(stead: Stead) {
    let world = World::new(&stead, "ann").await;
    let all = [
        "threads:read",
        "threads:write",
        "threads:import",
        "agents:read",
        "agents:write",
        "channels:read",
        "channels:write",
        "events:read",
        "files:read",
        "files:write",
        "users:read",
        "users:write",
        "organization:read",
        "organization:write",
    ];
    // What no whole operation takes.
    let nobody_has = key_with(&world, &["threads:import"]).await;
    let admin = key_with(&world, &["admin", "threads:import"]).await;
    let (mut scoped, mut closed) = (0, 0);
    // What deletes comes last, so that everything else finds what it asks for.
    let mut walk: Vec<_> = operations().filter(|operation| !Contract::get().is_open(operation)).collect();
    walk.sort_by_key(|operation| operation.method == reqwest::Method::DELETE);
    for operation in walk {
        let Some(scope) = scope_of(operation) else {
            let refused = call(&admin, &world, operation).await.refused(403, "forbidden");
            assert!(refused["message"].as_str().unwrap().contains("sign-in"), "{operation:?}: {refused}");
            closed += 1;
            continue;
        };
        let refused = call(&nobody_has, &world, operation).await.refused(403, "forbidden");
        assert!(refused["message"].as_str().unwrap().contains(&format!("`{scope}`")), "{operation:?}: {refused}");
        let others: Vec<_> = all.into_iter().filter(|other| *other != scope).collect();
        call(&key_with(&world, &others).await, &world, operation).await.refused(403, "forbidden");
        let answer = call(&key_with(&world, &[scope]).await, &world, operation).await;
        assert!(![401, 403].contains(&answer.status), "{}: {}", answer.sent, answer.text());
        scoped += 1;
    }
    assert!(scoped >= 23 && closed >= 1, "{scoped}, {closed}");
}
