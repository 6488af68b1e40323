use serde_json::json;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use crate::harness::Stead;

on_both!(a_deleted_thread_is_gone_with_all_below_it, deleting_stops_the_run_and_ends_its_stream);

async fn a_deleted_thread_is_gone_with_all_below_it(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = talk.say("hello").await.expect(201);
    let run = answer["metadata"]["run_id"].as_str().unwrap().to_owned();
    ann.delete(&talk.path).await.expect(204);
    ann.get(&talk.path).await.refused(404, "not_found");
    ann.delete(&talk.path).await.refused(404, "not_found");
    ann.patch(&talk.path, json!({"title": "x"})).await.refused(404, "not_found");
    ann.get(&talk.at("/messages")).await.refused(404, "not_found");
    talk.say("hello?").await.refused(404, "not_found");
    ann.post_nothing(&talk.at("/generate_title")).await.refused(404, "not_found");
    ann.get(&talk.at(&format!("/runs/{run}"))).await.refused(404, "not_found");
    ann.get(&talk.at(&format!("/runs/{run}/events"))).await.refused(404, "not_found");
    ann.post_nothing(&talk.at(&format!("/runs/{run}/cancel"))).await.refused(404, "not_found");
    assert_eq!(ann.get("/chat/default/threads").await.expect(200), json!([]));
}

async fn deleting_stops_the_run_and_ends_its_stream(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("one two ").then_waits(&gate).then_text("three")]);
    let mut events = talk.stream("hello").await;
    events.until("content.delta").await;
    gate.reached().await;
    ann.delete(&talk.path).await.expect(204);
    stead.llm().wait_for_callers_left(1).await;
    let rest = events.rest().await;
    assert!(rest.iter().all(|event| event.name != "run.completed"), "{rest:?}");
    gate.open();
    ann.get(&talk.path).await.refused(404, "not_found");
    // The next thread is not held up by it.
    ann.talk().await.say("again").await.expect(201);
}
