use serde_json::json;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use crate::harness::Stead;

on_both!(
    the_default_agent_cannot_be_deleted,
    a_deleted_agents_threads_stay_readable,
    an_answer_that_is_being_written_is_finished,
);

async fn the_default_agent_cannot_be_deleted(stead: Stead) {
    let ann = stead.register("ann").await;
    ann.delete(&format!("/agents/{}", ann.default_agent())).await.refused(409, "default_agent");
    ann.get(&format!("/agents/{}", ann.default_agent())).await.expect(200);
}

async fn a_deleted_agents_threads_stay_readable(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let id = agent["id"].as_str().unwrap();
    let talk = ann.talk_with(id).await;
    talk.say("hello").await.expect(201);
    let before = talk.read().await;
    ann.delete(&format!("/agents/{id}")).await.expect(204);

    assert_eq!(talk.read().await, before);
    assert_eq!(talk.messages().await.len(), 2);
    let threads = format!("/chat/{id}/threads");
    assert_eq!(ann.get(&threads).await.expect(200).as_array().unwrap().len(), 1);
    talk.say("are you there?").await.refused(409, "agent_deleted");
    assert_eq!(talk.messages().await.len(), 2);
    ann.post(&threads, json!({})).await.refused(404, "not_found");
    let page = ann.get("/agents").await.expect(200);
    assert!(page["agents"].as_array().unwrap().iter().all(|agent| agent["id"] != id));
    // What does not need the agent still works.
    ann.patch(&talk.path, json!({"archived": true})).await.expect(200);
    ann.delete(&talk.path).await.expect(204);
}

async fn an_answer_that_is_being_written_is_finished(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let talk = ann.talk_with(agent["id"].as_str().unwrap()).await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("one ").then_waits(&gate).then_text("two")]);
    let run = talk.send("hello").await;
    gate.reached().await;
    ann.delete(&format!("/agents/{}", agent["id"].as_str().unwrap())).await.expect(204);
    gate.open();
    assert_eq!(talk.ended(run["id"].as_str().unwrap()).await["status"], "completed");
    assert_eq!(talk.transcript().await, ["user: hello", "assistant: one two"]);
}
