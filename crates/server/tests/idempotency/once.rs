use std::future::IntoFuture;

use serde_json::{Value, json};
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::{keyed, replayed};
use crate::harness::Stead;

on_both!(
    an_agent_is_made_once,
    a_thread_is_made_once,
    a_message_is_answered_once,
    fifty_at_once_make_one_message_and_one_model_call,
    fifty_at_once_make_one_agent,
);

async fn an_agent_is_made_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let make = || ann.post("/agents", json!({"handle": "helper", "display_name": "Helper"})).key("k 1");
    let (first, second) = (make().await, make().await);
    assert!(!replayed(&first) && replayed(&second));
    assert_eq!(first.expect(201), second.expect(201));
    let page = ann.get("/agents").await.expect(200);
    assert_eq!(page["agents"].as_array().unwrap().len(), 3);
    // Nothing but the order of the fields is different: it is the same request.
    let shuffled = ann.call(reqwest::Method::POST, "/agents").key("k 1");
    let shuffled = shuffled.raw_json(r#" {"display_name" : "Helper", "handle":"helper"} "#).await;
    assert!(replayed(&shuffled));
    shuffled.expect(201);
}

async fn a_thread_is_made_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let make = || ann.post("/chat/default/threads", json!({"title": "T"})).key("k");
    let (first, second) = (make().await, make().await);
    assert!(!replayed(&first) && replayed(&second));
    assert_eq!(first.expect(201), second.expect(201));
    assert_eq!(ann.get("/chat/default/threads").await.expect(200).as_array().unwrap().len(), 1);
}

async fn a_message_is_answered_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let (first, second) = (keyed(&talk, &ann, "k", "hello").await, keyed(&talk, &ann, "k", "hello").await);
    assert!(!replayed(&first) && replayed(&second));
    assert_eq!(first.expect(201), second.expect(201));
    assert_eq!(talk.messages().await.len(), 2);
    assert_eq!(stead.script().asked().len(), 1);
    // Without a key, or with another, it is another message.
    talk.say("hello").await.expect(201);
    keyed(&talk, &ann, "k2", "hello").await.expect(201);
    assert_eq!(talk.messages().await.len(), 6);
}

async fn fifty_at_once_make_one_message_and_one_model_call(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("once").behind(&gate)]);
    let posts = futures_util::future::join_all((0..50).map(|_| keyed(&talk, &ann, "k", "hello").into_future()));
    let opening = async {
        gate.reached().await;
        gate.open();
    };
    let (answers, ()) = tokio::join!(posts, opening);
    assert_eq!(answers.iter().filter(|answer| !replayed(answer)).count(), 1);
    let bodies: Vec<Value> = answers.into_iter().map(|answer| answer.expect(201)).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert_eq!(talk.transcript().await, ["user: hello", "assistant: once"]);
    assert_eq!(stead.script().asked().len(), 1);
}

async fn fifty_at_once_make_one_agent(stead: Stead) {
    let ann = stead.register("ann").await;
    let make = || ann.post("/agents", json!({"handle": "helper", "display_name": "Helper"})).key("k").into_future();
    let answers = futures_util::future::join_all((0..50).map(|_| make())).await;
    assert_eq!(answers.iter().filter(|answer| !replayed(answer)).count(), 1);
    let bodies: Vec<Value> = answers.into_iter().map(|answer| answer.expect(201)).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}
