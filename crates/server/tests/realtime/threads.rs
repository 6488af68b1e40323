//! One's own threads.

use serde_json::{Value, json};
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::{
    Socket,
    socket::{names, places},
};
use crate::harness::Stead;

on_both!(
    a_turn_is_told_to_its_person_alone,
    an_answer_is_told_to_its_person_as_it_is_written,
    the_changes_of_a_thread_are_told,
    the_same_comes_as_server_sent_events
);

async fn a_turn_is_told_to_its_person_alone(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "admin").await;
    let talk = ann.talk().await;
    let ((mut ours, _), (mut theirs, _)) = (Socket::open(&ann).await, Socket::open(&bob).await);
    talk.say("hello").await.expect(201);
    let told = ours.until("run.ended").await;
    let durable: Vec<_> = told.iter().filter(|event| event["seq"].is_string()).collect();
    assert!(
        durable.iter().all(|event| event["thread_id"] == talk.id && event["organization_id"] == ann.organization["id"])
    );
    let said: Vec<_> = durable.iter().filter(|event| event["type"] == "message.created").collect();
    assert_eq!(said[0]["data"]["message"]["content"], "hello");
    assert_eq!(said[1]["data"]["message"]["role"], "assistant");
    let last = told.last().unwrap();
    assert_eq!(last["data"]["run"]["status"], "completed");
    let updated = durable.iter().rfind(|event| event["type"] == "message.updated").unwrap();
    assert_eq!(updated["data"]["message"]["content"], "hello");
    theirs.is_told_nothing().await;
}

/// Puts what is told of an answer together, as the document says.
fn take(so_far: &mut String, told: &[Value]) {
    for delta in told.iter().filter(|event| event["type"] == "content.delta").map(|event| &event["data"]) {
        let from = usize::try_from(delta["from"].as_u64().unwrap()).unwrap();
        assert!(from <= so_far.chars().count(), "nothing is lost here");
        *so_far = so_far.chars().take(from).chain(delta["delta"].as_str().unwrap().chars()).collect();
    }
}

async fn an_answer_is_told_to_its_person_as_it_is_written(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "admin").await;
    let talk = ann.talk().await;
    let (mut socket, _) = Socket::open(&ann).await;
    let (mut theirs, _) = Socket::open(&bob).await;
    let (begun, ended) = (Gate::new(), Gate::new());
    let long = "é".repeat(5_000);
    let reply = FakeReply::text("Once ").then_waits(&begun).then_text(&long).then_waits(&ended).then_text(" end");
    stead.script().answers([reply]);
    let run = talk.send("Tell me").await;
    let told = socket.until("content.delta").await;
    let first = told.last().unwrap();
    assert_eq!((&first["thread_id"], &first["seq"]), (&json!(talk.id), &Value::Null));
    assert_eq!((&first["data"]["run_id"], &first["data"]["message_id"]), (&run["id"], &run["message_id"]));
    let mut text = String::new();
    take(&mut text, &told);
    begun.open();
    while text.chars().count() < 5_005 {
        take(&mut text, &socket.until("content.delta").await);
    }
    assert_eq!(text, format!("Once {long}"));
    ended.open();
    take(&mut text, &socket.until("run.ended").await);
    assert!(format!("Once {long} end").starts_with(&text));
    theirs.is_told_nothing().await;
}

async fn the_changes_of_a_thread_are_told(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mut socket, _) = Socket::open(&ann).await;
    let talk = ann.talk().await;
    let thread = format!("/chat/default/threads/{}", talk.id);
    assert_eq!(socket.until("thread.created").await.last().unwrap()["data"]["thread"]["title"], "A thread");
    ann.patch(&thread, json!({"title": "Another"})).await.expect(200);
    assert_eq!(socket.until("thread.updated").await.last().unwrap()["data"]["thread"]["title"], "Another");
    ann.delete(&thread).await.expect(204);
    let told = socket.until("thread.deleted").await;
    assert_eq!(names(&told), ["thread.deleted"]);
    assert_eq!(told[0]["data"]["thread_id"], talk.id);
}

async fn the_same_comes_as_server_sent_events(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let (mut socket, begin) = Socket::open(&ann).await;
    talk.say("hello").await.expect(201);
    let told = places(&socket.until("run.ended").await);
    let begin = &*begin;
    for call in [ann.get(&format!("/events?since={begin}")), ann.get("/events").header("last-event-id", begin)] {
        let mut events = call.stream().await;
        let streamed = events.until("run.ended").await;
        let durable = streamed.into_iter().filter(|event| event.id.is_some() && event.name != "hello");
        let durable: Vec<_> = durable.map(|event| (event.id.unwrap(), event.name)).collect();
        // (What happened just before it was opened may be told too.)
        assert!(durable.ends_with(&told), "{durable:?} does not end with {told:?}");
    }
    ann.get("/events?since=nonsense").await.complains_about("since");
    ann.get("/events").header("last-event-id", "nonsense").await.complains_about("Last-Event-ID");
}
