use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;

use crate::harness::{Stead, World, contract::Contract};

on_both!(a_wrong_method_names_the_right_ones, an_unknown_path_is_not_found);

async fn a_wrong_method_names_the_right_ones(stead: Stead) {
    let world = World::new(&stead, "ann").await;
    let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in Contract::get().operations() {
        paths.entry(world.path(operation)).or_default().insert(operation.method.to_string());
    }
    for (path, right) in &paths {
        for wrong in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE] {
            if right.contains(wrong.as_str()) {
                continue;
            }
            for client in [stead.stranger(), (*world.account).clone()] {
                let answer = client.at_root().call(wrong.clone(), path).await;
                let allow = answer.header("allow").unwrap_or_default().to_owned();
                let allowed: BTreeSet<String> = allow.split(',').map(|one| one.trim().to_owned()).collect();
                answer.refused(405, "method_not_allowed");
                let allowed: BTreeSet<String> = allowed.difference(&extra()).cloned().collect();
                assert_eq!(allowed, *right, "Allow of {path}");
            }
        }
        let odd = stead.stranger().at_root().call(Method::from_bytes(b"BREW").unwrap(), path).await;
        odd.refused(405, "method_not_allowed");
    }
}

/// A server may name these too.
fn extra() -> BTreeSet<String> {
    ["HEAD", "OPTIONS"].map(str::to_owned).into()
}

async fn an_unknown_path_is_not_found(stead: Stead) {
    let ann = stead.register("ann").await;
    let mut bodies = Vec::new();
    for client in [stead.stranger(), (*ann).clone()] {
        for path in [
            "/nothing",
            "/api",
            "/api/v1",
            "/api/v1/",
            "/api/v2/users/me",
            "/api/v1/users/me/",
            "/api/v1//users/me",
            "/api/v1/nothing",
            "/api/v1/agents/x/y",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/api/v1/../v1/organization%2f",
            "/api/v1/chat/default",
            "/api/v1/chat//threads",
            "/.env",
            "/API/V1/users/me",
            "/ai",
            "/channels/me/nothing",
        ] {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                let mut error = client.at_root().call(method, path).await.refused(404, "not_found");
                error.as_object_mut().unwrap().remove("request_id");
                bodies.push(error);
            }
        }
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert_eq!(bodies[0]["message"], "Resource not found");
}
