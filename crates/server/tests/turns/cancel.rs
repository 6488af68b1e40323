use serde_json::json;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use crate::harness::{
    Stead,
    events::{assert_positions, content, names},
};

on_both!(
    cancelling_keeps_the_text_so_far,
    a_waiting_run_can_be_cancelled,
    cancelling_what_has_ended_changes_nothing,
    cancelling_before_the_first_word_ends_the_run_too,
    whoever_waits_for_json_gets_what_there_is,
);

async fn cancelling_keeps_the_text_so_far(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("one two ").then_hangs()]);
    let mut events = talk.stream("count").await;
    let mut seen = events.until("content.delta").await;
    while content(&seen) != "one two " {
        seen.extend(events.next().await);
    }
    let id = seen[1].data["run"]["id"].as_str().unwrap().to_owned();
    let run = talk.cancel(&id).await;
    assert_eq!((&run["status"], &run["error"]), (&json!("cancelled"), &json!(null)));
    stead.llm().wait_for_callers_left(1).await;
    seen.extend(events.rest().await);
    assert_eq!(
        names(&seen),
        ["message.created", "run.started", "content.delta", "usage", "message.completed", "run.cancelled"]
    );
    assert_positions(&seen);
    assert_eq!(seen.last().unwrap().data["run"], run);
    assert_eq!(talk.run(&id).await, run);
    let answer = &talk.messages().await[1];
    assert_eq!((&answer["content"], &answer["status"]), (&json!("one two "), &json!("cancelled")));
    assert_eq!(answer["content_html"], "<p>one two</p>\n");
    assert_eq!(seen[seen.len() - 2].data["message"], *answer);
    // What was said is part of the conversation from now on.
    talk.say("go on").await.expect(201);
    let told = crate::harness::script::told(&stead.script().asked().pop().unwrap());
    assert_eq!(told[1..], ["user: count", "assistant: one two ", "user: go on"]);
}

async fn a_waiting_run_can_be_cancelled(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("first").behind(&gate)]);
    let first = talk.send("one").await;
    gate.reached().await;
    let second = talk.send("two").await;
    let third = talk.send("three").await;
    let mut events = talk.follow(second["id"].as_str().unwrap()).await;
    events.until("run.queued").await;
    let cancelled = talk.cancel(second["id"].as_str().unwrap()).await;
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(events.rest().await.last().unwrap().name, "run.cancelled");
    gate.open();
    assert_eq!(talk.ended(first["id"].as_str().unwrap()).await["status"], "completed");
    assert_eq!(talk.ended(third["id"].as_str().unwrap()).await["status"], "completed");
    let messages = talk.messages().await;
    let statuses: Vec<&str> = messages.iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["complete", "complete", "complete", "cancelled", "complete", "complete"]);
    assert_eq!(talk.run(second["id"].as_str().unwrap()).await["status"], "cancelled");
    assert_eq!(stead.script().asked().len(), 2, "a cancelled run asks nobody");
}

async fn cancelling_what_has_ended_changes_nothing(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = talk.say("hello").await.expect(201);
    let id = answer["metadata"]["run_id"].as_str().unwrap();
    let run = talk.run(id).await;
    assert_eq!(talk.cancel(id).await, run);
    assert_eq!(talk.messages().await[1], answer);
}

async fn cancelling_before_the_first_word_ends_the_run_too(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("never").behind(&gate)]);
    let run = talk.send("hello").await;
    gate.reached().await;
    let cancelled = talk.cancel(run["id"].as_str().unwrap()).await;
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(talk.messages().await[1]["content"], "");
    // Twice is as good as once.
    assert_eq!(talk.cancel(run["id"].as_str().unwrap()).await, cancelled);
    talk.say("again").await.expect(201);
    let told = crate::harness::script::told(&stead.script().asked().pop().unwrap());
    assert_eq!(told[1..], ["user: hello", "user: again"], "an answer without a word is not told to the model");
}

async fn whoever_waits_for_json_gets_what_there_is(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("one ").then_hangs()]);
    let waiting = async { talk.say("hello").await };
    let cancelling = async {
        stead.llm().wait_for_requests(1).await;
        let answer = talk.messages().await.remove(1);
        let id = answer["metadata"]["run_id"].as_str().unwrap().to_owned();
        talk.follow(&id).await.until("content.delta").await;
        talk.cancel(&id).await;
    };
    let (answer, ()) = tokio::join!(waiting, cancelling);
    let answer = answer.expect(201);
    assert_eq!((&answer["content"], &answer["status"]), (&json!("one "), &json!("cancelled")));
}
