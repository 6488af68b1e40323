use serde_json::json;
use stead_domain::ports::llm::LlmErrorKind;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::{all, contents, regenerate, say_after};
use crate::harness::{
    Stead,
    events::{assert_positions, content, names},
    script,
    talk::text,
};

on_both!(
    a_new_answer_stands_beside_the_old_one,
    an_older_answer_is_written_anew_without_what_followed,
    an_answer_is_written_anew_in_every_form,
    a_repeat_attaches_to_the_same_run,
    only_answers_are_written_anew,
    a_question_is_answered_once_at_a_time,
    it_waits_behind_ten_and_no_more,
    a_failure_is_told_and_may_be_repeated,
    it_takes_what_a_message_takes,
);

async fn a_new_answer_stands_beside_the_old_one(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("first"), FakeReply::text("second")]);
    let old = talk.say("Well?").await.expect(201);
    let new = regenerate(&ann, &talk, &old["id"]).await.expect(201);
    assert_eq!((&new["content"], &new["parent_id"]), (&json!("second"), &old["parent_id"]));
    assert_eq!(new["metadata"]["in_reply_to"], old["parent_id"]);
    assert_ne!(new["metadata"]["run_id"], old["metadata"]["run_id"]);
    assert!(text(&new["created_at"]) > text(&old["created_at"]));
    assert_eq!(talk.transcript().await, ["user: Well?", "assistant: second"]);
    assert_eq!(contents(&all(&ann, &talk).await), ["Well?", "first", "second"]);
    let asked = stead.script().asked();
    assert_eq!(script::told(&asked[0]), script::told(&asked[1]));
    // The old answer can be the reason for a third one, too.
    regenerate(&ann, &talk, &old["id"]).await.expect(201);
    assert_eq!(all(&ann, &talk).await.len(), 4);
}

async fn an_older_answer_is_written_anew_without_what_followed(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    talk.say("two").await.expect(201);
    stead.script().answers([FakeReply::text("anew")]);
    regenerate(&ann, &talk, &first["id"]).await.expect(201);
    assert_eq!(talk.transcript().await, ["user: one", "assistant: anew"]);
    let told = script::told(&stead.script().asked().pop().unwrap());
    assert_eq!(told[1..], ["user: one"]);
}

async fn an_answer_is_written_anew_in_every_form(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let old = talk.say("Well?").await.expect(201);
    let events = regenerate(&ann, &talk, &old["id"]).stream().await.rest().await;
    let expected = ["message.created", "run.started", "content.delta", "usage", "message.completed", "run.completed"];
    assert_eq!(names(&events), expected);
    assert_eq!(events[0].data["message"]["id"], old["parent_id"]);
    assert_eq!(content(&events), "Well?");
    assert_positions(&events);
    let accepted = regenerate(&ann, &talk, &old["id"]).header("prefer", "respond-async").await;
    assert_eq!(accepted.header("preference-applied"), Some("respond-async"));
    let place = accepted.header("location").unwrap().to_owned();
    let run = accepted.expect(202);
    assert!(place.ends_with(&talk.at(&format!("/runs/{}", text(&run["id"])))), "{place}");
    assert_eq!(talk.ended(text(&run["id"])).await["status"], "completed");
    ann.post(&talk.at(&format!("/messages/{}/regenerate", text(&old["id"]))), json!({})).await.expect(201);
    let with = |body| ann.post(&talk.at(&format!("/messages/{}/regenerate", text(&old["id"]))), body);
    with(json!({"content": "x"})).await.complains_about("content");
}

async fn a_repeat_attaches_to_the_same_run(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let old = talk.say("Well?").await.expect(201);
    let new = regenerate(&ann, &talk, &old["id"]).key("k").await.expect(201);
    let again = regenerate(&ann, &talk, &old["id"]).key("k").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), new);
    assert_eq!(stead.script().asked().len(), 2);
    // Another answer is another thing to ask for.
    let other = regenerate(&ann, &talk, &new["id"]).key("k").await;
    assert_eq!(other.header("idempotency-replayed"), None);
    other.expect(201);
}

async fn only_answers_are_written_anew(stead: Stead) {
    let ann = stead.register("ann").await;
    let (talk, other) = (ann.talk().await, ann.talk().await);
    let answer = talk.say("Well?").await.expect(201);
    regenerate(&ann, &talk, &answer["parent_id"]).await.complains_about("message_id");
    let importer = crate::api_keys::key(&ann, &["threads:write", "threads:import"]).await;
    let stray = json!({"content": "imported", "role": "assistant"});
    let stray = importer.post(&talk.at("/messages"), stray).await.expect(201);
    regenerate(&ann, &talk, &stray["id"]).await.complains_about("message_id");
    let elsewhere = other.say("Well?").await.expect(201);
    regenerate(&ann, &talk, &elsewhere["id"]).await.refused(404, "not_found");
    regenerate(&ann, &talk, &json!("0197a3c4-5d6e-7f80-9a1b-000000000009")).await.refused(404, "not_found");
    regenerate(&ann, &talk, &json!("x")).await.complains_about("message_id");
}

async fn a_question_is_answered_once_at_a_time(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let old = talk.say("Well?").await.expect(201);
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("new").behind(&gate)]);
    let run = regenerate(&ann, &talk, &old["id"]).header("prefer", "respond-async").await.expect(202);
    gate.reached().await;
    let before = talk.messages().await;
    regenerate(&ann, &talk, &old["id"]).await.refused(409, "thread_busy");
    assert_eq!(talk.messages().await, before);
    gate.open();
    talk.ended(text(&run["id"])).await;
    regenerate(&ann, &talk, &old["id"]).await.expect(201);
}

async fn it_waits_behind_ten_and_no_more(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let old = talk.say("Well?").await.expect(201);
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("first").behind(&gate)]);
    talk.send("m0").await;
    gate.reached().await;
    for number in 1..10 {
        talk.send(&format!("m{number}")).await;
    }
    let run = regenerate(&ann, &talk, &old["id"]).header("prefer", "respond-async").await.expect(202);
    assert_eq!(run["status"], "queued");
    talk.say("one too many").await.refused(409, "thread_busy");
    gate.open();
    assert_eq!(talk.ended(text(&run["id"])).await["status"], "completed");
    assert_eq!(contents(&talk.messages().await), ["Well?", "Well?"]);
}

async fn a_failure_is_told_and_may_be_repeated(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([
        FakeReply::refuses(LlmErrorKind::Unavailable),
        FakeReply::refuses(LlmErrorKind::Unavailable),
        FakeReply::text("there"),
    ]);
    let ask = ann.post(&talk.at("/messages"), json!({"content": "Well?"})).key("k");
    ask.await.refused(503, "ai_unavailable");
    let failed = talk.messages().await.pop().unwrap();
    regenerate(&ann, &talk, &failed["id"]).key("r").await.refused(503, "ai_unavailable");
    let again = regenerate(&ann, &talk, &failed["id"]).key("r").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let answer = again.expect(201);
    assert_eq!(answer["content"], "there");
    assert_eq!(talk.transcript().await, ["user: Well?", "assistant: there"]);
    // While it is answered anew, a repeat of the first request does not answer it a second time.
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("slow").behind(&gate)]);
    let run = regenerate(&ann, &talk, &failed["id"]).header("prefer", "respond-async").await.expect(202);
    gate.reached().await;
    let repeat = || ann.post(&talk.at("/messages"), json!({"content": "Well?"})).key("k");
    repeat().await.refused(409, "thread_busy");
    gate.open();
    talk.ended(text(&run["id"])).await;
    assert_eq!(repeat().await.expect(201)["active"], false);
    assert_eq!(talk.transcript().await, ["user: Well?", "assistant: slow"]);
}

async fn it_takes_what_a_message_takes(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let talk = mia.talk().await;
    let old = talk.say("one").await.expect(201);
    say_after(&mia, &talk, &old["id"], "two").await.expect(201);
    regenerate(&ann, &talk, &old["id"]).await.refused(404, "not_found");
    ann.patch("/organization", json!({"ai_enabled": false})).await.expect(200);
    regenerate(&mia, &talk, &old["id"]).await.refused(409, "ai_disabled");
    ann.patch("/organization", json!({"ai_enabled": true})).await.expect(200);
    let agent = mia.agent("helper").await["id"].as_str().unwrap().to_owned();
    let talk = mia.talk_with(&agent).await;
    let old = talk.say("one").await.expect(201);
    mia.delete(&format!("/agents/{agent}")).await.expect(204);
    regenerate(&mia, &talk, &old["id"]).await.refused(409, "agent_deleted");
}
