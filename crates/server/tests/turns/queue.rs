use serde_json::json;
use stead_domain::ports::llm::LlmErrorKind;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use crate::harness::{
    Stead,
    events::{assert_positions, content, names},
    script,
};

on_both!(
    a_second_message_waits_its_turn,
    a_failure_does_not_hold_up_the_next,
    ten_may_wait_and_no_more,
    concurrent_messages_keep_their_pairs,
    threads_do_not_wait_for_each_other,
);

async fn a_second_message_waits_its_turn(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("a1").behind(&gate), FakeReply::text("a2")]);
    let first = talk.send("u1").await;
    gate.reached().await;
    let mut second = talk.stream("u2").await;
    let mut seen = second.until("run.queued").await;
    assert_eq!(names(&seen).first(), Some(&"run.queued"), "queued comes first: {seen:?}");
    let queued = seen.last().unwrap().data["run"].clone();
    assert_eq!((&queued["status"], &queued["started_at"]), (&json!("queued"), &json!(null)));
    let messages = talk.messages().await;
    let statuses: Vec<&str> = messages.iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["complete", "streaming", "complete", "queued"]);
    assert_eq!(stead.script().asked().len(), 1);
    gate.open();
    seen.extend(second.rest().await);
    assert_eq!(
        names(&seen),
        [
            "run.queued",
            "message.created",
            "run.started",
            "content.delta",
            "usage",
            "message.completed",
            "run.completed"
        ]
    );
    assert_eq!(content(&seen), "a2");
    assert_positions(&seen);
    assert_eq!(talk.ended(first["id"].as_str().unwrap()).await["status"], "completed");
    assert_eq!(talk.transcript().await, ["user: u1", "assistant: a1", "user: u2", "assistant: a2"]);
    let told = script::told(&stead.script().asked()[1]);
    assert_eq!(told[1..], ["user: u1", "assistant: a1", "user: u2"]);
}

async fn a_failure_does_not_hold_up_the_next(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::refuses(LlmErrorKind::Unavailable).behind(&gate), FakeReply::text("a2")]);
    let first = talk.send("u1").await;
    gate.reached().await;
    let second = talk.send("u2").await;
    gate.open();
    assert_eq!(talk.ended(second["id"].as_str().unwrap()).await["status"], "completed");
    assert_eq!(talk.run(first["id"].as_str().unwrap()).await["status"], "failed");
    assert_eq!(talk.transcript().await, ["user: u1", "assistant: ", "user: u2", "assistant: a2"]);
}

async fn ten_may_wait_and_no_more(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("first").behind(&gate)]);
    talk.send("m0").await;
    gate.reached().await;
    let mut last = json!(null);
    for number in 1..=10 {
        last = talk.send(&format!("m{number}")).await;
    }
    talk.say("one too many").await.refused(409, "thread_busy");
    assert_eq!(talk.messages().await.len(), 22);
    gate.open();
    assert_eq!(talk.ended(last["id"].as_str().unwrap()).await["status"], "completed");
    let transcript = talk.transcript().await;
    for number in 1..=10 {
        let pair = [format!("user: m{number}"), format!("assistant: m{number}")];
        assert_eq!(transcript[2 * number..2 * number + 2], pair);
    }
    talk.say("room again").await.expect(201);
}

async fn concurrent_messages_keep_their_pairs(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let sent = futures_util::future::join_all((0..8).map(|number| {
        let talk = talk.clone();
        async move { talk.say(&format!("m{number}")).await.expect(201) }
    }));
    for (number, answer) in sent.await.into_iter().enumerate() {
        assert_eq!(answer["content"], format!("m{number}"));
    }
    let messages = talk.messages().await;
    assert_eq!(messages.len(), 16);
    for pair in messages.chunks(2) {
        assert_eq!((&pair[0]["role"], &pair[1]["role"]), (&json!("user"), &json!("assistant")));
        assert_eq!(pair[0]["content"], pair[1]["content"]);
        assert_eq!(pair[1]["parent_id"], pair[0]["id"]);
    }
    for neighbours in messages.windows(2) {
        assert_eq!(neighbours[1]["parent_id"], neighbours[0]["id"]);
    }
}

async fn threads_do_not_wait_for_each_other(stead: Stead) {
    let ann = stead.register("ann").await;
    let (held, free) = (ann.talk().await, ann.talk().await);
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("late").behind(&gate)]);
    let run = held.send("slow").await;
    gate.reached().await;
    free.say("quick").await.expect(201);
    gate.open();
    assert_eq!(held.ended(run["id"].as_str().unwrap()).await["status"], "completed");
}
