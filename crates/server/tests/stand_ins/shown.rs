//! What a room sees of an answer that is written in it.

use serde_json::json;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::{House, say};
use crate::{harness::Setup, realtime::Socket};

on_both!(a_room_sees_an_answer_as_it_is_written, others_see_nothing_of_it);

async fn a_room_sees_an_answer_as_it_is_written(setup: Setup) {
    let house = House::of(setup).await;
    let (channel, gate) = (house.direct().await, Gate::new());
    let (mut socket, begin) = Socket::open(&house.ann).await;
    house.stead.script().answers([FakeReply::text("I am back ").then_waits(&gate).then_text("on Monday")]);
    say(&house.ann, &channel, "When are you back?").await;
    let told = socket.until("content.delta").await;
    let typing = told.iter().find(|event| event["type"] == "ai.typing").expect("who writes is said first");
    assert_eq!((&typing["channel_id"], &typing["seq"]), (&json!(channel), &json!(null)));
    assert_eq!(typing["data"]["on_behalf_of"], house.ben.id());
    let mut text = told.last().unwrap()["data"]["delta"].as_str().unwrap().to_owned();
    assert_eq!(told.last().unwrap()["data"]["message_id"], typing["data"]["run_id"]);
    gate.open();
    // The question is told too, perhaps only now: what is true for a moment does not wait for the log.
    let mut told = socket.until("message.created").await;
    while told.last().unwrap()["data"]["message"]["from_ai"] == false {
        told.extend(socket.until("message.created").await);
    }
    for delta in told.iter().filter(|event| event["type"] == "content.delta") {
        text.push_str(delta["data"]["delta"].as_str().unwrap());
    }
    let event = told.last().unwrap();
    let answer = &event["data"]["message"];
    assert_eq!((&answer["from_ai"], &answer["on_behalf_of"]["id"]), (&json!(true), &json!(house.ben.id())), "{event}");
    assert_eq!(answer["metadata"]["run_id"], typing["data"]["run_id"]);
    assert_eq!(answer["content"], "I am back on Monday");
    assert!("I am back on Monday".starts_with(&text), "{text}");
    // And once more by the log alone.
    let mut later = Socket::open_again(&house.ann, &begin).await;
    later.until("message.created").await;
    let told = later.until("message.created").await;
    assert_eq!(told.last().unwrap()["data"]["message"]["from_ai"], true);
}

async fn others_see_nothing_of_it(setup: Setup) {
    let house = House::of(setup).await;
    let (channel, cy) = (house.direct().await, house.newcomer("cy").await);
    let (mut outside, _) = Socket::open(&cy).await;
    say(&house.ann, &channel, "When are you back?").await;
    super::are(&house.ann, &channel, 2).await;
    outside.is_told_nothing().await;
}
