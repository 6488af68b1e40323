use serde_json::json;
use stead_domain::ports::llm::LlmErrorKind;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use crate::harness::{
    Setup, Stead,
    events::{assert_positions, content, names},
};

const ANSWERED: [&str; 6] =
    ["message.created", "run.started", "content.delta", "usage", "message.completed", "run.completed"];

on_both!(
    a_streamed_answer_is_told_event_by_event,
    characters_are_never_split,
    thinking_is_shown_apart,
    a_failed_run_says_why,
    deltas_come_as_they_are_written,
    a_stream_of_the_real_adapter_is_the_same,
    a_malformed_place_is_refused,
);

async fn a_streamed_answer_is_told_event_by_event(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("one two three")]);
    let events = talk.stream("count").await.rest().await;
    assert_eq!(names(&events), ANSWERED);
    assert_positions(&events);
    assert!(events.iter().skip(1).all(|event| event.id.as_deref().unwrap().starts_with("1.")));

    let messages = talk.messages().await;
    let (said, answer) = (&messages[0], &messages[1]);
    let run = talk.run(answer["metadata"]["run_id"].as_str().unwrap()).await;
    assert_eq!(events[0].data, json!({"message": said}));
    let started = &events[1].data["run"];
    assert_eq!((&started["id"], &started["status"]), (&run["id"], &json!("running")));
    assert_eq!((&started["trigger_message_id"], &started["message_id"]), (&said["id"], &answer["id"]));
    for delta in events.iter().filter(|event| event.name == "content.delta") {
        assert_eq!(delta.data["message_id"], answer["id"]);
        assert_eq!(delta.data.as_object().unwrap().len(), 2);
    }
    assert_eq!(content(&events), "one two three");
    let [usage, completed, end] = &events[events.len() - 3..] else { panic!("{events:?}") };
    assert_eq!(usage.data, run["usage"]);
    assert_eq!(completed.data, json!({"message": answer}));
    assert_eq!(end.data, json!({"run": run}));
}

async fn characters_are_never_split(setup: Setup) {
    let stead = setup.wire().await.start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let text = "Zürich \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} e\u{301} \u{1d11e} 日本語 שלום ".repeat(20);
    stead.wire().script(stead_testkit::openai_wire::Reply::text(&text).in_writes_of(3));
    let events = talk.stream("unicode").await.rest().await;
    assert_eq!(content(&events), text);
    assert_positions(&events);
    assert_eq!(talk.messages().await[1]["content"], text);
}

async fn thinking_is_shown_apart(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("yes").with_reasoning("hmm \u{1f914}")]);
    let events = talk.stream("well?").await.rest().await;
    let thinking = events.iter().find(|event| event.name == "reasoning.delta").expect("its thinking");
    assert_eq!(thinking.data["delta"], "hmm \u{1f914}");
    assert_positions(&events);
    assert_eq!(content(&events), "yes");
    assert_eq!(talk.messages().await[1]["content"], "yes", "thinking is no part of the answer");
}

async fn a_failed_run_says_why(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("half ").then_fails(LlmErrorKind::Protocol)]);
    let events = talk.stream("hello").await.rest().await;
    assert_eq!(names(&events), ["message.created", "run.started", "content.delta", "usage", "run.failed"]);
    assert_positions(&events);
    let run = &events.last().unwrap().data["run"];
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("model_protocol")));
    assert!(run["error"]["message"].as_str().unwrap().ends_with('.'));
    let answer = &talk.messages().await[1];
    assert_eq!((&answer["content"], &answer["status"]), (&json!("half "), &json!("failed")));
}

async fn deltas_come_as_they_are_written(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let (first, second) = (Gate::new(), Gate::new());
    let reply = FakeReply::text("one ").then_waits(&first).then_text("two ").then_waits(&second).then_text("three");
    stead.script().answers([reply]);
    let mut events = talk.stream("count").await;
    let mut seen = events.until("content.delta").await;
    assert_eq!(content(&seen), "one ");
    first.open();
    seen.extend(events.until("content.delta").await);
    assert_eq!(content(&seen), "one two ");
    assert_eq!(talk.messages().await[1]["status"], "streaming");
    second.open();
    seen.extend(events.rest().await);
    assert_eq!(content(&seen), "one two three");
    assert_positions(&seen);
}

async fn a_stream_of_the_real_adapter_is_the_same(setup: Setup) {
    let stead = setup.wire().await.start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let events = talk.stream("one two three").await.rest().await;
    assert_eq!(names(&events), ANSWERED);
    assert_eq!(content(&events), "one two three");
    assert_positions(&events);
}

async fn a_malformed_place_is_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = talk.say("hello").await.expect(201);
    let path = talk.at(&format!("/runs/{}/events", answer["metadata"]["run_id"].as_str().unwrap()));
    for wrong in ["x", "1", "1.2", "1.2.3.4", "-1.0.0", "1.0.x", "1..2"] {
        ann.get(&path).header("last-event-id", wrong).await.refused(400, "invalid_request");
    }
}
