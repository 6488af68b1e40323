use std::sync::Arc;

use serde_json::{Value, json};
use stead_testkit::fakes::{FakeClock, FakeReply, FakeToolReply};

use super::{newest_calls, statuses, talk_with_tools};
use crate::harness::{
    Account, Answer, Event, Setup, Stead, Talk,
    events::{assert_positions, content, names},
    eventually,
};

on_both!(
    a_call_is_made_once_it_was_allowed,
    a_call_that_was_refused_is_not_made,
    all_calls_that_wait_are_decided_before_the_run_goes_on,
    decisions_at_the_same_time_start_the_run_once,
    a_call_is_decided_once,
    a_run_that_waits_survives_a_restart,
    a_run_that_waits_can_be_cancelled,
    what_nobody_allows_expires,
    only_the_one_who_asked_decides,
    what_waits_behind_a_waiting_run_goes_on_when_it_ends,
);

async fn decide(account: &Account, talk: &Talk, run: &Value, call: &Value, approve: bool) -> Answer {
    let path = talk.at(&format!("/runs/{}/approvals", run["id"].as_str().unwrap()));
    account.post(&path, json!({"tool_call_id": call["id"], "approve": approve})).await
}

fn calls_tool() -> FakeReply {
    FakeReply::text("May I?").and_tool_calls([("x", "kit__echo", r#"{"n":1}"#)])
}

/// Says something and waits until the run waits.
async fn asked(talk: &Talk) -> (Value, Vec<Value>) {
    let run = talk.say("go").await.expect(202);
    assert_eq!(run["status"], "awaiting_approval");
    (run, newest_calls(talk).await)
}

async fn a_call_is_made_once_it_was_allowed(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "ask").await;
    stead.script().answers([calls_tool(), FakeReply::text("Done.")]);
    let mut events = talk.stream("go").await;
    let mut seen = events.until("approval.requested").await;
    let call = seen.last().unwrap().data["tool_call"].clone();
    assert_eq!((&call["status"], &call["arguments"]), (&json!("awaiting_approval"), &json!({"n": 1})));
    let run = seen[1].data["run"].clone();
    eventually("the run to wait", async || {
        let run = talk.run(run["id"].as_str().unwrap()).await;
        (run["status"] == "awaiting_approval").then_some(())
    })
    .await;
    assert!(stead.tools().calls().is_empty());
    decide(&ann, &talk, &run, &call, true).await.expect(200);
    seen.extend(events.rest().await);
    assert_positions(&seen);
    let told: Vec<&str> = names(&seen).into_iter().filter(|name| *name != "tool_call.delta").collect();
    assert_eq!(
        told,
        [
            "message.created",
            "run.started",
            "content.delta",
            "approval.requested",
            "tool_call.started",
            "tool_call.completed",
            "content.delta",
            "usage",
            "message.completed",
            "run.completed"
        ]
    );
    assert_eq!(content(&seen), "May I?\n\nDone.");
    assert_eq!(stead.tools().calls().len(), 1);
    assert_eq!(statuses(&newest_calls(&talk).await), ["succeeded"]);
    // The stream is the same afterwards, but for when the call started.
    let again = talk.follow(run["id"].as_str().unwrap()).await.rest().await;
    assert_positions(&again);
    let lasting = |events: &[Event]| -> Vec<(String, Value)> {
        let lasting = events.iter().filter(|event| !event.name.ends_with(".delta"));
        lasting.map(|event| (event.name.clone(), event.data["tool_call"]["id"].clone())).collect()
    };
    assert_eq!((lasting(&again), content(&again)), (lasting(&seen), content(&seen)));
}

async fn a_call_that_was_refused_is_not_made(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "ask").await;
    stead.script().answers([calls_tool(), FakeReply::text("Then not.")]);
    let (run, calls) = asked(&talk).await;
    let path = talk.at(&format!("/runs/{}/approvals", run["id"].as_str().unwrap()));
    let no = json!({"tool_call_id": calls[0]["id"], "approve": false, "reason": "too dear"});
    ann.post(&path, no).await.expect(200);
    let run = talk.ended(run["id"].as_str().unwrap()).await;
    assert_eq!(run["status"], "completed");
    assert!(stead.tools().calls().is_empty());
    let told = crate::harness::script::told(&stead.script().asked()[1]);
    assert!(told.last().unwrap().contains("They said: too dear"), "{told:?}");
    assert_eq!(statuses(&newest_calls(&talk).await), ["failed"]);
}

async fn all_calls_that_wait_are_decided_before_the_run_goes_on(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "ask").await;
    let calls = [("a", "kit__echo", r#"{"n":1}"#), ("b", "kit__echo", r#"{"n":2}"#), ("c", "kit__none", "{}")];
    stead.script().answers([FakeReply::tool_calls(calls), FakeReply::text("Done.")]);
    let (run, calls) = asked(&talk).await;
    assert_eq!(statuses(&calls), ["awaiting_approval", "awaiting_approval", "failed"]);
    let now = decide(&ann, &talk, &run, &calls[1], true).await.expect(200);
    assert_eq!(now["status"], "awaiting_approval");
    assert_eq!(statuses(&newest_calls(&talk).await), ["awaiting_approval", "approved", "failed"]);
    assert!(stead.tools().calls().is_empty());
    decide(&ann, &talk, &run, &calls[0], false).await.expect(200);
    assert_eq!(talk.ended(run["id"].as_str().unwrap()).await["status"], "completed");
    assert_eq!(statuses(&newest_calls(&talk).await), ["failed", "succeeded", "failed"]);
    assert_eq!(stead.tools().calls()[0].arguments.value(), &json!({"n": 2}));
}

async fn decisions_at_the_same_time_start_the_run_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "ask").await;
    let calls = ["a", "b", "c"].map(|id| (id, "kit__echo", "{}"));
    stead.script().answers([FakeReply::tool_calls(calls), FakeReply::text("Done.")]);
    let (run, calls) = asked(&talk).await;
    let decisions = calls.iter().map(|call| decide(&ann, &talk, &run, call, true));
    for answer in futures_util::future::join_all(decisions).await {
        answer.expect(200);
    }
    assert_eq!(talk.ended(run["id"].as_str().unwrap()).await["status"], "completed");
    assert_eq!(stead.tools().calls().len(), 3);
}

async fn a_call_is_decided_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "ask").await;
    let gate = stead_testkit::gate::Gate::new();
    stead.script().answers([calls_tool(), FakeReply::text("Done.")]);
    stead.tools().script(FakeToolReply::text("ok").behind(&gate));
    let (run, calls) = asked(&talk).await;
    let nobody = json!({"id": "0197a3c4-5d6e-7f80-9a1b-000000000009"});
    decide(&ann, &talk, &run, &nobody, true).await.expect(404);
    decide(&ann, &talk, &run, &calls[0], true).await.expect(200);
    for approve in [true, false] {
        let refused = decide(&ann, &talk, &run, &calls[0], approve).await.expect(409);
        assert_eq!(refused["error"], "not_awaiting_approval");
    }
    gate.open();
    talk.ended(run["id"].as_str().unwrap()).await;
    decide(&ann, &talk, &run, &calls[0], true).await.expect(409);
    assert_eq!(stead.tools().calls().len(), 1);
}

async fn a_run_that_waits_survives_a_restart(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "ask").await;
    stead.script().answers([calls_tool(), FakeReply::text("Done.")]);
    let (run, calls) = asked(&talk).await;
    let before = talk.follow(run["id"].as_str().unwrap()).await.until("approval.requested").await;
    stead.restart().await;
    assert_eq!(talk.run(run["id"].as_str().unwrap()).await["status"], "awaiting_approval");
    let place = before.last().unwrap().id.clone().unwrap();
    let events = talk.follow_from(run["id"].as_str().unwrap(), &place).await;
    decide(&ann, &talk, &run, &calls[0], true).await.expect(200);
    let mut seen = before;
    seen.extend(events.rest().await);
    assert_positions(&seen);
    assert_eq!(content(&seen), "May I?\n\nDone.");
    assert_eq!(seen.last().unwrap().name, "run.completed");
    assert_eq!(stead.tools().calls().len(), 1);
}

async fn a_run_that_waits_can_be_cancelled(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "ask").await;
    stead.script().answers([calls_tool(), FakeReply::text("never")]);
    let (run, calls) = asked(&talk).await;
    assert_eq!(talk.cancel(run["id"].as_str().unwrap()).await["status"], "cancelled");
    let ended = newest_calls(&talk).await;
    assert_eq!(statuses(&ended), ["failed"]);
    assert!(ended[0]["end_time"].is_string());
    decide(&ann, &talk, &run, &calls[0], true).await.expect(409);
    let answer = talk.messages().await.pop().unwrap();
    assert_eq!((&answer["content"], &answer["status"]), (&json!("May I?"), &json!("cancelled")));
    assert!(stead.tools().calls().is_empty());
    talk.say("and now?").await.expect(201);
}

async fn what_nobody_allows_expires(setup: Setup) {
    // This node's clock is behind: what waits for a quarter of an hour by it has waited too long by the database's.
    let stead = setup.clock(Arc::new(FakeClock::new())).start().await;
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "ask").await;
    stead.script().answers([calls_tool(), FakeReply::text("never")]);
    let run = talk.send("go").await;
    let run = talk.ended(run["id"].as_str().unwrap()).await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("expired"), &json!("approval_expired")));
    let calls = newest_calls(&talk).await;
    assert_eq!(statuses(&calls), ["failed"]);
    decide(&ann, &talk, &run, &calls[0], true).await.expect(409);
    assert_eq!(talk.follow(run["id"].as_str().unwrap()).await.rest().await.last().unwrap().name, "run.failed");
    assert!(stead.tools().calls().is_empty());
    assert_eq!(talk.messages().await.pop().unwrap()["content"], "May I?");
}

async fn only_the_one_who_asked_decides(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = stead.add_member(&ann, "bob").await;
    let eve = stead.register("eve").await;
    let talk = talk_with_tools(&ann, "ask").await;
    stead.script().answers([calls_tool(), FakeReply::text("Done.")]);
    let (run, calls) = asked(&talk).await;
    for other in [&bob, &eve] {
        decide(other, &talk, &run, &calls[0], true).await.expect(404);
    }
    assert!(stead.tools().calls().is_empty());
    decide(&ann, &talk, &run, &calls[0], true).await.expect(200);
}

async fn what_waits_behind_a_waiting_run_goes_on_when_it_ends(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "ask").await;
    stead.script().answers([calls_tool(), FakeReply::text("Done."), FakeReply::text("Second.")]);
    let (run, calls) = asked(&talk).await;
    let second = talk.send("next").await;
    assert_eq!(second["status"], "queued");
    decide(&ann, &talk, &run, &calls[0], true).await.expect(200);
    assert_eq!(talk.ended(second["id"].as_str().unwrap()).await["status"], "completed");
    assert_eq!(talk.messages().await.pop().unwrap()["content"], "Second.");
}
