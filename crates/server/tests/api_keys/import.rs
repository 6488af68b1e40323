use serde_json::{Value, json};

use super::key;
use crate::harness::Stead;

on_both!(
    an_imported_message_is_stored_without_a_run,
    an_import_is_repeated_without_effect,
    an_import_wants_the_thread_before_the_scope,
    what_was_imported_is_in_the_next_prompt,
);

const IMPORTER: [&str; 3] = ["threads:read", "threads:write", "threads:import"];

async fn an_imported_message_is_stored_without_a_run(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let importer = key(&ann, &IMPORTER).await;
    let body = json!({"content": "*Hello*", "role": "assistant", "metadata": {"from": "elsewhere"}});
    let answer = importer.post(&talk.at("/messages"), body).await.expect(201);
    assert_eq!((&answer["role"], &answer["status"]), (&json!("assistant"), &json!("complete")));
    assert_eq!((&answer["content"], &answer["metadata"]), (&json!("*Hello*"), &json!({"from": "elsewhere"})));
    assert!(answer["content_html"].as_str().unwrap().contains("<em>Hello</em>"));
    let system = json!({"content": "Be brief", "role": "system"});
    let system = importer.post(&talk.at("/messages"), system).header("accept", "text/event-stream").await.expect(201);
    assert_eq!((&system["role"], &system["parent_id"]), (&json!("system"), &answer["id"]));
    assert_eq!(talk.messages().await, [answer, system]);
    assert!(stead.llm().requests().is_empty());
    for bad in [json!({"content": "", "role": "assistant"}), json!({"content": "x", "role": "tool"})] {
        importer.post(&talk.at("/messages"), bad).await.refused(400, "invalid_request");
    }
}

async fn an_import_is_repeated_without_effect(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let importer = key(&ann, &IMPORTER).await;
    let import = |role: &str| importer.post(&talk.at("/messages"), json!({"content": "x", "role": role})).key("k");
    let first = import("assistant").await.expect(201);
    let again = import("assistant").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), first);
    import("system").await.refused(409, "idempotency_mismatch");
    import("user").await.refused(409, "idempotency_mismatch");
    assert_eq!(talk.messages().await.len(), 1);
}

async fn an_import_wants_the_thread_before_the_scope(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = stead.register("bob").await;
    let theirs = bob.talk().await;
    let writer = key(&ann, &["threads:write"]).await;
    let import = json!({"content": "x", "role": "assistant"});
    writer.post(&theirs.at("/messages"), import.clone()).await.refused(404, "not_found");
    let own = ann.talk().await;
    writer.post(&own.at("/messages"), import.clone()).await.refused(403, "forbidden");
    let agent = ann.agent("helper").await["id"].as_str().unwrap().to_owned();
    let talk = ann.talk_with(&agent).await;
    ann.delete(&format!("/agents/{agent}")).await.expect(204);
    let importer = key(&ann, &IMPORTER).await;
    importer.post(&talk.at("/messages"), import).await.refused(409, "agent_deleted");
}

async fn what_was_imported_is_in_the_next_prompt(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let importer = key(&ann, &IMPORTER).await;
    let import = json!({"content": "The word is heron", "role": "assistant"});
    importer.post(&talk.at("/messages"), import).await.expect(201);
    let answer: Value = importer.post(&talk.at("/messages"), json!({"content": "And now?"})).await.expect(201);
    assert_eq!(answer["role"], "assistant");
    let asked = format!("{:?}", stead.llm().requests());
    assert!(asked.contains("The word is heron") && asked.contains("And now?"), "{asked}");
    assert_eq!(talk.messages().await.len(), 3);
}
