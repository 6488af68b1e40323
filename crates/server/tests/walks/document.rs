use std::collections::HashSet;

use serde_json::Value;

use crate::harness::{Stead, contract::Contract};

on_both!(
    the_server_serves_the_document,
    health_is_told,
    a_browser_is_led_to_the_docs,
    answers_are_compressed_but_streams_are_not
);

#[test]
fn every_operation_is_described() {
    let mut ids = HashSet::new();
    for operation in Contract::get().operations() {
        let what = format!("{} {}", operation.method, operation.path);
        let about = &operation.about;
        assert!(about["summary"].as_str().is_some_and(|text| !text.is_empty()), "{what}: no summary");
        assert!(about["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "{what}: no tag");
        let id = about["operationId"].as_str().unwrap_or_else(|| panic!("{what}: no operationId"));
        assert!(ids.insert(id.to_owned()), "{what}: {id} is taken");
        let responses = about["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2') || status == "101"), "{what}: no success");
        let has = |status: &str| responses.contains_key(status);
        if operation.path.starts_with("/api/v1/") {
            assert!(has("400") && has("500"), "{what}: no 400 or 500");
            assert_eq!(has("401"), !Contract::get().is_open(operation) || has("401"), "{what}: 401");
            assert!(!operation.path.contains('{') || has("404"), "{what}: no 404");
        }
        if about.get("requestBody").is_some() {
            assert!(has("413") && has("415"), "{what}: no 413 or 415");
        }
        assert!(!has("422"), "{what}: invalid input is always a 400");
    }
    assert!(ids.len() >= 24, "{}", ids.len());
}

async fn the_server_serves_the_document(stead: Stead) {
    let root = stead.stranger().at_root();
    let served = root.get("/openapi.json").await.expect(200);
    let built: Value = serde_json::from_str(&stead_api::openapi_json()).unwrap();
    assert_eq!(served, built);
    assert_eq!(served["openapi"].as_str().unwrap().split('.').take(2).collect::<Vec<_>>(), ["3", "1"]);
    let docs = root.get("/docs/").await;
    assert_eq!(docs.status, 200);
    assert!(docs.header("content-type").unwrap().starts_with("text/html"));
    let page = docs.text();
    for away in ["https://", "http://", "src=\"//", "href=\"//"] {
        assert!(!page.contains(&format!("src=\"{away}")) && !page.contains(&format!("href=\"{away}")), "{page}");
    }
}

async fn health_is_told(stead: Stead) {
    let root = stead.stranger().at_root();
    assert_eq!(root.get("/healthz").await.status, 200);
    let ready = root.get("/readyz").await;
    assert_eq!(ready.status, 200, "{}", ready.text());
}

async fn a_browser_is_led_to_the_docs(stead: Stead) {
    let root = stead.stranger().at_root();
    let answer = root.get("/").header("accept", "text/html").await;
    assert!([302, 303, 307].contains(&answer.status), "{}", answer.status);
    assert!(answer.header("location").unwrap().starts_with("/docs"));
}

async fn answers_are_compressed_but_streams_are_not(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    for encoding in ["gzip", "br", "zstd"] {
        let document = stead.stranger().at_root().call(reqwest::Method::GET, "/openapi.json");
        let compressed = document.header("accept-encoding", encoding).raw().await;
        assert_eq!(compressed.headers()["content-encoding"], encoding);
        let plain = ann.post(&talk.at("/messages"), serde_json::json!({"content": "x"}));
        plain.header("accept-encoding", encoding).stream().await.rest().await;
    }
}
