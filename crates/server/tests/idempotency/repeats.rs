use std::future::IntoFuture;

use serde_json::json;
use stead_domain::ports::llm::LlmErrorKind;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::{keyed, replayed};
use crate::harness::{
    Stead,
    events::{assert_positions, content, names},
};

on_both!(
    a_repeat_attaches_to_the_run_in_the_form_it_asks_for,
    a_repeat_of_a_failed_run_runs_it_again_on_the_same_rows,
    a_repeat_of_a_cancelled_run_is_not_run_again,
    what_was_deleted_is_not_made_again,
    a_repeat_shows_things_as_they_are_now,
    keys_are_remembered_after_a_restart,
);

async fn a_repeat_attaches_to_the_run_in_the_form_it_asks_for(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("one ").then_waits(&gate).then_text("two")]);
    let first = keyed(&talk, &ann, "k", "count").header("prefer", "respond-async").await;
    assert!(!replayed(&first));
    let run = first.expect(202);
    gate.reached().await;

    let again = keyed(&talk, &ann, "k", "count").header("prefer", "respond-async").await;
    assert!(replayed(&again));
    assert_eq!(again.expect(202)["id"], run["id"]);
    let mut stream = keyed(&talk, &ann, "k", "count").stream().await;
    assert_eq!(stream.headers["idempotency-replayed"], "true");
    let mut seen = stream.until("content.delta").await;
    let waiting = keyed(&talk, &ann, "k", "count").into_future();
    let opening = async {
        gate.open();
        seen.extend(stream.rest().await);
    };
    let (whole, ()) = tokio::join!(waiting, opening);
    assert!(replayed(&whole));
    assert_eq!(whole.expect(201)["content"], "one two");
    assert_eq!(content(&seen), "one two");
    assert_positions(&seen);
    assert_eq!(stead.script().asked().len(), 1);
    // And when it is over, in every form.
    assert_eq!(keyed(&talk, &ann, "k", "count").await.expect(201)["content"], "one two");
    let late = keyed(&talk, &ann, "k", "count").stream().await.rest().await;
    assert_eq!((content(&late).as_str(), late.last().unwrap().name.as_str()), ("one two", "run.completed"));
    let late = keyed(&talk, &ann, "k", "count").header("prefer", "respond-async").await.expect(202);
    assert_eq!((&late["id"], &late["status"]), (&run["id"], &json!("completed")));
}

async fn a_repeat_of_a_failed_run_runs_it_again_on_the_same_rows(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let half = FakeReply::text("half ").then_fails(LlmErrorKind::Protocol);
    stead.script().answers([half.clone(), half, FakeReply::text("whole answer")]);
    keyed(&talk, &ann, "k", "hello").await.refused(503, "ai_unavailable");
    let failed = talk.messages().await;
    let id = failed[1]["metadata"]["run_id"].as_str().unwrap().to_owned();
    let again = keyed(&talk, &ann, "k", "hello").await;
    assert!(replayed(&again));
    again.refused(503, "ai_unavailable");
    assert_eq!(talk.run(&id).await["attempt"], 2);

    let events = keyed(&talk, &ann, "k", "hello").stream().await.rest().await;
    assert_eq!(content(&events), "whole answer");
    let restarted = events.iter().find(|event| event.name == "run.restarted").expect("a new attempt is told");
    assert_eq!(restarted.data, json!({"attempt": 3}));
    assert_eq!(names(&events).first(), Some(&"message.created"));
    assert_eq!(events.last().unwrap().name, "run.completed");
    let messages = talk.messages().await;
    assert_eq!(messages.len(), 2);
    assert_eq!((&messages[0], &messages[1]["id"]), (&failed[0], &failed[1]["id"]));
    assert_eq!((&messages[1]["content"], &messages[1]["status"]), (&json!("whole answer"), &json!("complete")));
    let run = talk.run(&id).await;
    assert_eq!((&run["status"], &run["attempt"], &run["error"]), (&json!("completed"), &json!(3), &json!(null)));
    assert_eq!(stead.script().asked().len(), 3);
}

async fn a_repeat_of_a_cancelled_run_is_not_run_again(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("never").behind(&gate)]);
    let run = keyed(&talk, &ann, "k", "hello").header("prefer", "respond-async").await.expect(202);
    gate.reached().await;
    talk.cancel(run["id"].as_str().unwrap()).await;
    let again = keyed(&talk, &ann, "k", "hello").await;
    assert!(replayed(&again));
    assert_eq!(again.expect(201)["status"], "cancelled");
    assert_eq!(stead.script().asked().len(), 1);
}

async fn what_was_deleted_is_not_made_again(stead: Stead) {
    let ann = stead.register("ann").await;
    let make = || ann.post("/agents", json!({"handle": "helper", "display_name": "Helper"})).key("k");
    let agent = make().await.expect(201);
    ann.delete(&format!("/agents/{}", agent["id"].as_str().unwrap())).await.expect(204);
    make().await.refused(404, "not_found");
    let make = || ann.post("/chat/default/threads", json!({})).key("k");
    let thread = make().await.expect(201);
    ann.delete(&format!("/chat/default/threads/{}", thread["id"].as_str().unwrap())).await.expect(204);
    make().await.refused(404, "not_found");
}

async fn a_repeat_shows_things_as_they_are_now(stead: Stead) {
    let ann = stead.register("ann").await;
    let make = || ann.post("/chat/default/threads", json!({"title": "Old"})).key("k");
    let thread = make().await.expect(201);
    let path = format!("/chat/default/threads/{}", thread["id"].as_str().unwrap());
    let now = ann.patch(&path, json!({"title": "New", "archived": true})).await.expect(200);
    assert_eq!(make().await.expect(201), now);
}

async fn keys_are_remembered_after_a_restart(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = keyed(&talk, &ann, "k", "hello").await.expect(201);
    stead.script().answers([FakeReply::refuses(LlmErrorKind::Unavailable)]);
    keyed(&talk, &ann, "k2", "failing").await.refused(503, "ai_unavailable");
    stead.restart().await;
    let again = keyed(&talk, &ann, "k", "hello").await;
    assert!(replayed(&again));
    assert_eq!(again.expect(201), answer);
    keyed(&talk, &ann, "k", "other").await.refused(409, "idempotency_mismatch");
    assert_eq!(keyed(&talk, &ann, "k2", "failing").await.expect(201)["content"], "failing");
    assert_eq!(talk.messages().await.len(), 4);
    assert_eq!(stead.script().asked().len(), 3);
}
