//! Channels: who is in them now.

use serde_json::{Value, json};

use super::{Socket, socket::names};
use crate::harness::{Account, Stead};

on_both!(
    members_are_told_what_happens_in_a_channel,
    who_was_removed_is_told_that_and_nothing_after,
    members_see_who_types
);

async fn channel(ann: &Account, bob: &Account) -> String {
    let made = ann.post("/channels", json!({"name": "a room", "kind": "private"})).await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    ann.put_nothing(&format!("/channels/{id}/members/{}", bob.id())).await.expect(200);
    id
}

async fn say(account: &Account, channel: &str, text: &str) -> Value {
    account.post(&format!("/channels/{channel}/messages"), json!({"content": text})).await.expect(201)
}

async fn members_are_told_what_happens_in_a_channel(stead: Stead) {
    let ann = stead.register("ann").await;
    let (bob, eve) = (ann.invite("bob", "member").await, ann.invite("eve", "admin").await);
    let channel = channel(&ann, &bob).await;
    let (mut socket, _) = Socket::open(&bob).await;
    let (mut outside, _) = Socket::open(&eve).await;
    let said = say(&ann, &channel, "hello").await;
    let told = socket.until("message.created").await;
    let event = told.last().unwrap();
    assert_eq!((&event["channel_id"], &event["data"]["message"]["content"]), (&json!(channel), &json!("hello")));
    let message = format!("/messages/{}", said["id"].as_str().unwrap());
    ann.patch(&message, json!({"content": "walrus"})).await.expect(200);
    let told = socket.until("message.updated").await;
    assert_eq!(told.last().unwrap()["data"]["message"]["content"], "walrus");
    ann.delete(&message).await.expect(204);
    let told = socket.until("message.deleted").await;
    assert!(!told.last().unwrap().to_string().contains("walrus"));
    outside.is_told_nothing().await;
}

async fn who_was_removed_is_told_that_and_nothing_after(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "member").await;
    let channel = channel(&ann, &bob).await;
    let (mut socket, begin) = Socket::open(&bob).await;
    say(&ann, &channel, "before").await;
    socket.until("message.created").await;
    ann.delete(&format!("/channels/{channel}/members/{}", bob.id())).await.expect(204);
    let told = socket.until("member.removed").await;
    assert_eq!(names(&told), ["member.removed"]);
    assert_eq!(told[0]["data"]["member_id"], bob.id());
    say(&ann, &channel, "after").await;
    socket.is_told_nothing().await;
    // What was said before is none of theirs any more either.
    let mut again = Socket::open_since(&bob, &begin).await;
    assert_eq!(names(&again.until("member.removed").await), ["member.removed"]);
    again.is_told_nothing().await;
}

async fn members_see_who_types(stead: Stead) {
    let ann = stead.register("ann").await;
    let (bob, eve) = (ann.invite("bob", "member").await, ann.invite("eve", "member").await);
    let channel = channel(&ann, &bob).await;
    let ((mut typing, _), (mut seeing, _)) = (Socket::open(&ann).await, Socket::open(&bob).await);
    for _ in 0..3 {
        typing.send(json!({"type": "typing", "channel_id": channel})).await;
    }
    let told = seeing.until("typing").await;
    let event = told.last().unwrap();
    assert_eq!((&event["channel_id"], &event["data"]["user_id"]), (&json!(channel), &json!(ann.id())));
    assert!(event["seq"].is_null());
    seeing.send(json!({"type": "ping"})).await;
    assert_eq!(names(&seeing.until("pong").await), ["pong"], "once in two seconds");
    let (mut outside, _) = Socket::open(&eve).await;
    outside.send(json!({"type": "typing", "channel_id": channel})).await;
    assert_eq!(outside.until("error").await.last().unwrap()["data"]["code"], "not_found");
}
