//! Channels: who is in them now.

use serde_json::{Value, json};

use super::{Socket, socket::names};
use crate::harness::{Account, Stead};

on_both!(
    members_are_told_what_happens_in_a_channel,
    who_was_removed_is_told_that_and_nothing_after,
    members_see_who_types,
    who_is_let_in_no_longer_is_dropped_and_comes_back,
    who_goes_for_good_is_dropped_and_succeeded,
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
    let mut again = Socket::open_again(&bob, &begin).await;
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

/// What is told of members: the channel, the event, and who.
fn of_members(told: &[Value]) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let who = |data: &Value| match &data["member"] {
        Value::Null => text(&data["member_id"]),
        member => text(if member["user_id"].is_null() { &member["agent_id"] } else { &member["user_id"] }),
    };
    let of_members = told.iter().filter(|event| event["type"].as_str().unwrap().starts_with("member."));
    of_members.map(|event| (text(&event["channel_id"]), text(&event["type"]), who(&event["data"]))).collect()
}

/// So many events of members, by channel.
async fn next_of_members(socket: &mut Socket, count: usize) -> Vec<(String, String, String)> {
    let mut told = Vec::new();
    while told.len() < count {
        told.extend(of_members(&[socket.next().await]));
    }
    told.sort();
    told
}

async fn general(account: &Account) -> String {
    let mine = account.get("/channels/me").await.expect(200);
    let mut mine = mine["channels"].as_array().unwrap().iter();
    mine.find(|channel| channel["name"] == "general").unwrap()["id"].as_str().unwrap().to_owned()
}

async fn who_is_let_in_no_longer_is_dropped_and_comes_back(stead: Stead) {
    let ann = stead.register("ann").await;
    let (bob, eve) = (ann.invite("bob", "member").await, ann.invite("eve", "member").await);
    let rooms = [channel(&ann, &bob).await, general(&ann).await];
    let (mut inside, _) = Socket::open(&ann).await;
    let (mut outside, _) = Socket::open(&eve).await;
    for (is_out, kind) in [(true, "member.removed"), (false, "member.added")] {
        ann.patch(&format!("/users/{}", bob.id()), json!({"deactivated": is_out})).await.expect(200);
        let mut expected: Vec<_> =
            rooms.iter().map(|room| (room.clone(), kind.to_owned(), bob.id().to_owned())).collect();
        expected.sort();
        assert_eq!(next_of_members(&mut inside, 2).await, expected);
        assert_eq!(next_of_members(&mut outside, 1).await[0].0, rooms[1], "of the other she knows nothing");
    }
    // What says no more of it than that is told to nobody.
    ann.patch(&format!("/users/{}", bob.id()), json!({"role": "admin"})).await.expect(200);
    inside.is_told_nothing().await;
}

async fn who_goes_for_good_is_dropped_and_succeeded(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "member").await;
    let agent =
        ann.post("/agents", json!({"handle": "helper", "display_name": "Helper", "kind": "organization"})).await;
    let agent = agent.expect(201)["id"].as_str().unwrap().to_owned();
    let room = channel(&bob, &ann).await;
    let told = |kind: &str, who: &str| (room.clone(), kind.to_owned(), who.to_owned());
    bob.put_nothing(&format!("/channels/{room}/agents/{agent}")).await.expect(200);
    let (mut socket, begin) = Socket::open(&ann).await;
    ann.delete(&format!("/agents/{agent}")).await.expect(204);
    assert_eq!(next_of_members(&mut socket, 1).await, [told("member.removed", &agent)]);
    bob.delete("/users/me").await.expect(204);
    let mut of_room = next_of_members(&mut socket, 3).await;
    of_room.retain(|(channel, ..)| *channel == room);
    assert_eq!(of_room, [told("member.removed", bob.id()), told("member.updated", ann.id())]);
    // The same again for who was away.
    let mut later = Socket::open_again(&ann, &begin).await;
    assert_eq!(next_of_members(&mut later, 4).await.len(), 4);
    let members = ann.get(&format!("/channels/{room}/members")).await.expect(200);
    assert_eq!((members["members"].as_array().unwrap().len(), &members["members"][0]["role"]), (1, &json!("admin")));
}
