use std::time::Duration;

use serde_json::json;
use stead_testkit::{gate::Gate, openai_wire::Reply};

use crate::harness::{
    Account, Setup, Talk, account::registration, call::Address, events::content, process::Process, setup::Model,
};

on_both!(an_answer_that_is_being_written_is_finished, what_does_not_end_in_time_is_ended, nothing_open_ends_at_once,);

async fn start(setup: &Setup) -> (Process, Account, Talk) {
    let process = Process::serve(setup, &Address::default()).await;
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    let talk = ann.talk().await;
    (process, ann, talk)
}

fn script(setup: &Setup, reply: Reply) {
    let Model::Wire(wire) = &setup.model else { panic!("not the wire server") };
    wire.script(reply);
}

async fn an_answer_that_is_being_written_is_finished(setup: Setup) {
    let setup = setup.wire().await;
    let (process, _ann, talk) = start(&setup).await;
    let gate = Gate::new();
    script(&setup, Reply::text("one two").waits_after(1, &gate));
    let mut events = talk.stream("hello").await;
    let mut seen = events.until("content.delta").await;
    process.terminate().await;
    gate.open();
    seen.extend(events.rest().await);
    assert_eq!((content(&seen).as_str(), seen.last().unwrap().name.as_str()), ("one two", "run.completed"));
    let (status, took, _) = process.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
}

async fn what_does_not_end_in_time_is_ended(setup: Setup) {
    let setup = setup.wire().await.setting("STEAD_SERVER__SHUTDOWN_TIMEOUT", "500ms");
    let address = Address::default();
    let (process, ann, talk) = start(&setup).await;
    address.set(&process.url);
    let gate = Gate::new();
    script(&setup, Reply::text("one two").waits_after(1, &gate));
    let mut events = talk.stream("hello").await;
    events.until("content.delta").await;
    let queued = talk.send("waiting").await;
    process.terminate().await;
    let rest = events.rest().await;
    let last = rest.last().expect("the stream says goodbye");
    assert_eq!((last.name.as_str(), &last.id), ("server.closing", &None), "{rest:?}");
    if last.name == "server.closing" {
        assert_eq!((&last.id, &last.data), (&None, &json!({})));
    }
    let (status, took, _) = process.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");

    // The next process finds everything in order.
    let process = Process::serve(&setup, &address).await;
    let ann = process.stranger().with_token(&ann.access_token);
    let talk = Talk::new(&ann, "/chat/default/threads", &talk.thread);
    assert_eq!(talk.ended(queued["id"].as_str().unwrap()).await["status"], "completed");
    let messages = talk.messages().await;
    assert_eq!((&messages[1]["status"], &messages[1]["content"]), (&json!("complete"), &json!("hello")));
    let run = talk.run(messages[1]["metadata"]["run_id"].as_str().unwrap()).await;
    assert_eq!((&run["status"], &run["attempt"]), (&json!("completed"), &json!(2)), "it was begun anew");
}

async fn nothing_open_ends_at_once(setup: Setup) {
    let (process, ann, _talk) = start(&setup.offline()).await;
    // A connection that is kept open holds nothing up.
    ann.get("/users/me").await.expect(200);
    process.terminate().await;
    let (status, took, _) = process.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(5), "{took:?}");
}
