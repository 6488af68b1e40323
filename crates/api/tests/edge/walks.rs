use actix_web::http::Method;
use serde_json::Value;

use crate::harness::{Edge, request};

const SOME_ID: &str = "0197a3c4-5d6e-7f80-9a1b-2c3d4e5f6071";

/// Every operation of the document, with ids in its path, and whether it takes anybody.
fn operations() -> Vec<(Method, String, bool)> {
    let document: Value = serde_json::from_str(&stead_api::openapi_json()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let segment = |segment| match segment {
            "{handle}" => "ann",
            id if id.starts_with('{') => SOME_ID,
            written => written,
        };
        let path: Vec<_> = path.split('/').map(segment).collect();
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            operations.push((
                method,
                path.join("/"),
                operation["security"].as_array().is_some_and(|ways| ways.contains(&serde_json::json!({}))),
            ));
        }
    }
    operations
}

#[actix_web::test]
async fn nobody_is_let_in_without_credentials() {
    let edge = Edge::new().await;
    for (method, path, _) in operations().into_iter().filter(|(.., is_open)| !is_open) {
        // Whatever else is wrong with the request.
        for path in [path.clone(), path.replace(SOME_ID, "x"), format!("{path}?nonsense=1")] {
            let answer = edge.send(request(&method, &path).set_payload("{")).await;
            assert_eq!(answer.refusal(401), "unauthorized", "{method} {path}");
            assert_eq!(answer.json()["message"], "Unauthorized access");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
        let answer = edge.send(request(&method, &path).insert_header(("authorization", "Bearer nonsense"))).await;
        assert_eq!(answer.refusal(401), "unauthorized", "{method} {path}");
    }
}

#[actix_web::test]
async fn no_operation_takes_unknown_parameters() {
    let edge = Edge::new().await;
    let token = edge.token().await;
    for (method, path, _) in operations() {
        let path = format!("{path}?nonsense=1");
        let asked = request(&method, &path).insert_header(("authorization", token.as_str()));
        let answer = edge.send(asked).await;
        assert_eq!(answer.refusal(400), "invalid_request", "{method} {path}");
        let details = answer.json()["details"].clone();
        let told = details.as_array().is_some_and(|all| all.iter().any(|detail| detail["field"] == "nonsense"));
        assert!(told, "{method} {path}: {details}");
    }
}

#[actix_web::test]
async fn malformed_ids_are_bad_requests() {
    let edge = Edge::new().await;
    let token = edge.token().await;
    for (method, path, _) in operations().into_iter().filter(|(_, path, _)| path.contains(SOME_ID)) {
        let path = path.replace(SOME_ID, "not-an-id");
        let answer = edge.send(request(&method, &path).insert_header(("authorization", token.as_str()))).await;
        assert_eq!(answer.refusal(400), "invalid_request", "{method} {path}");
    }
}

#[actix_web::test]
async fn other_methods_are_told_which_there_are() {
    let edge = Edge::new().await;
    let operations = operations();
    let all = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
    for (_, path, _) in &operations {
        for method in &all {
            if operations.iter().any(|(taken, at, _)| taken == method && at == path) {
                continue;
            }
            let answer = edge.send(request(method, path)).await;
            assert_eq!(answer.refusal(405), "method_not_allowed", "{method} {path}");
            let allowed: Vec<_> = answer.header("allow").split(", ").collect();
            for (taken, ..) in operations.iter().filter(|(.., at, _)| at == path) {
                assert!(allowed.contains(&taken.as_str()), "{path} takes {taken}, not only {allowed:?}");
            }
        }
    }
}

#[actix_web::test]
async fn what_is_not_there_is_not_found() {
    let edge = Edge::new().await;
    for path in ["/nothing", "/api", "/api/v1", "/api/v1/agents/", "/api/v1/agents/a/b", "/api/v2/agents", "/users/x/y"]
    {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let answer = edge.send(request(&method, path)).await;
            assert_eq!(answer.refusal(404), "not_found", "{method} {path}");
            assert_eq!(answer.json()["message"], "Resource not found");
        }
    }
}
