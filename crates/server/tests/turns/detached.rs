use std::future::IntoFuture;

use serde_json::json;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use crate::harness::{
    Stead,
    events::{assert_positions, content, names},
    eventually,
};

on_both!(
    a_run_can_be_started_without_waiting,
    a_live_run_is_replayed_from_its_beginning,
    an_ended_run_is_told_from_what_is_kept,
    a_client_that_leaves_does_not_stop_the_run,
    many_followers_see_the_same,
);

async fn a_run_can_be_started_without_waiting(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("done").behind(&gate)]);
    let call = ann.post(&talk.at("/messages"), json!({"content": "Hi"}));
    let run = call.header("prefer", "respond-async, wait=5").await.expect(202);
    let id = run["id"].as_str().unwrap();
    assert!(["queued", "running"].contains(&run["status"].as_str().unwrap()), "{run}");
    let now = talk.run(id).await;
    assert_eq!((&now["status"], &now["ended_at"]), (&json!("running"), &json!(null)));
    let messages = talk.messages().await;
    assert_eq!(messages[1]["id"], run["message_id"]);
    assert!(["queued", "streaming"].contains(&messages[1]["status"].as_str().unwrap()));
    gate.open();
    assert_eq!(talk.ended(id).await["status"], "completed");
    assert_eq!(talk.transcript().await, ["user: Hi", "assistant: done"]);
}

async fn a_live_run_is_replayed_from_its_beginning(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("one two ").then_waits(&gate).then_text("three")]);
    let run = talk.send("count").await;
    gate.reached().await;
    let mut late = talk.follow(run["id"].as_str().unwrap()).await;
    let mut seen = late.until("content.delta").await;
    assert_eq!(names(&seen), ["message.created", "run.started", "content.delta"]);
    gate.open();
    seen.extend(late.rest().await);
    assert_eq!(content(&seen), "one two three");
    assert_positions(&seen);
    assert_eq!(seen.last().unwrap().name, "run.completed");
}

async fn an_ended_run_is_told_from_what_is_kept(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = talk.say("one tw\u{f6} three").await.expect(201);
    let id = answer["metadata"]["run_id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let events = talk.follow(&id).await.rest().await;
        assert_eq!(events.first().unwrap().name, "message.created");
        assert_eq!(content(&events), "one tw\u{f6} three");
        let last = events.last().unwrap();
        assert_eq!((last.name.as_str(), &last.data["run"]["status"]), ("run.completed", &json!("completed")));
        let whole = events.iter().find(|event| event.name == "message.completed").expect("the answer");
        assert_eq!(whole.data["message"], answer);
        stead.restart().await;
    }
}

async fn a_client_that_leaves_does_not_stop_the_run(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("one ").then_waits(&gate).then_text("two")]);
    let mut events = talk.stream("count").await;
    let started = events.until("run.started").await.pop().unwrap();
    let id = started.data["run"]["id"].as_str().unwrap().to_owned();
    gate.reached().await;
    drop(events);
    // A caller that waits for JSON leaves too, as soon as its message is stored.
    let waiting = ann.post(&talk.at("/messages"), json!({"content": "second"}));
    let stored = eventually("the second message", async || talk.messages().await.get(3).cloned());
    let second = tokio::select! {
        answer = waiting.into_future() => panic!("answered before its turn: {}", answer.text()),
        second = stored => second,
    };
    gate.open();
    assert_eq!(talk.ended(&id).await["status"], "completed");
    talk.ended(second["metadata"]["run_id"].as_str().unwrap()).await;
    let transcript = talk.transcript().await;
    assert_eq!(transcript, ["user: count", "assistant: one two", "user: second", "assistant: second"]);
}

async fn many_followers_see_the_same(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("a ").then_waits(&gate).then_text("b c d e f g")]);
    let run = talk.send("spell").await;
    let mut followers = Vec::new();
    for _ in 0..10 {
        followers.push(talk.follow(run["id"].as_str().unwrap()).await);
    }
    gate.open();
    for seen in futures_util::future::join_all(followers.into_iter().map(|one| one.rest())).await {
        assert_eq!(content(&seen), "a b c d e f g");
        assert_positions(&seen);
        assert_eq!(seen.last().unwrap().name, "run.completed");
    }
}
