use serde_json::{Value, json};

use super::{Room, at, channel};
use crate::harness::{Account, Stead, call::Call, talk::text};

on_both!(
    any_emoji_comes_back_as_it_was_sent,
    what_is_no_emoji_is_told,
    reactions_are_put_and_taken_back_once,
    who_reacted_is_listed,
    people_react_with_so_many_emoji,
    a_message_is_pinned_and_unpinned_once,
    pins_are_of_their_channel,
    so_many_messages_are_pinned,
);

fn react(who: &Account, message: &Value, emoji: &str) -> Call {
    who.call(reqwest::Method::PUT, &reaction(message, emoji))
}

fn unreact(who: &Account, message: &Value, emoji: &str) -> Call {
    who.delete(&reaction(message, emoji))
}

fn reaction(message: &Value, emoji: &str) -> String {
    let encoded: String = emoji.bytes().map(|byte| format!("%{byte:02X}")).collect();
    at(message, &format!("/reactions/{encoded}"))
}

async fn any_emoji_comes_back_as_it_was_sent(stead: Stead) {
    let room = Room::new(&stead).await;
    for (emoji, kept) in [
        ("👍", "👍"),
        ("👍🏽", "👍🏽"),
        ("🇩🇪", "🇩🇪"),
        ("❤️", "❤"),
        ("\u{2764}\u{FE0E}", "❤"),
        ("👩‍❤️‍💋‍👨", "👩‍❤‍💋‍👨"),
        ("🏳️‍🌈", "🏳‍🌈"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
        ("1️⃣", "1⃣"),
        ("#️⃣", "#⃣"),
        ("🧑🏿‍🤝‍🧑🏻", "🧑🏿‍🤝‍🧑🏻"),
    ] {
        let said = room.say(&room.ann, emoji).await;
        assert_eq!(said["content"], emoji);
        let put = react(&room.ben, &said, emoji).await.expect(200);
        assert_eq!(put, json!({"emoji": kept, "count": 1, "me": true, "user_ids": [room.ben.id()]}), "{emoji}");
        let seen = room.ann.get(&at(&said, "")).await.expect(200);
        assert_eq!(seen["reactions"], json!([{"emoji": kept, "count": 1, "me": false, "user_ids": [room.ben.id()]}]));
        // With or without selectors, it is one reaction.
        assert_eq!(react(&room.ann, &said, kept).await.expect(200)["count"], 2);
        unreact(&room.ann, &said, emoji).await.expect(204);
        unreact(&room.ben, &said, kept).await.expect(204);
        assert_eq!(room.ann.get(&at(&said, "")).await.expect(200)["reactions"], json!([]));
    }
}

async fn what_is_no_emoji_is_told(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "x").await;
    for bad in ["a", "👍👍", ":+1:", "1", "👍 ", "\u{FE0F}", "é"] {
        react(&room.ann, &said, bad).await.complains_about("emoji");
        unreact(&room.ann, &said, bad).await.complains_about("emoji");
    }
    for raw in ["%FF", "%00", "%F0%9F", "%25"] {
        let answer = room.ann.call(reqwest::Method::PUT, &at(&said, &format!("/reactions/{raw}"))).await;
        assert_eq!(answer.status, 400, "{raw}: {}", answer.text());
    }
    assert_eq!(room.ann.get(&at(&said, "")).await.expect(200)["reactions"], json!([]));
}

async fn reactions_are_put_and_taken_back_once(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "x").await;
    for _ in 0..2 {
        assert_eq!(react(&room.ann, &said, "🎉").await.expect(200)["count"], 1);
    }
    react(&room.ben, &said, "👍").await.expect(200);
    react(&room.ben, &said, "🎉").await.expect(200);
    let (ann, ben) = (room.ann.id(), room.ben.id());
    let expected = json!([
        {"emoji": "🎉", "count": 2, "me": true, "user_ids": [ann, ben]},
        {"emoji": "👍", "count": 1, "me": false, "user_ids": [ben]},
    ]);
    assert_eq!(room.messages(&room.ann).await[0]["reactions"], expected);
    for _ in 0..2 {
        unreact(&room.ann, &said, "🎉").await.expect(204);
    }
    let left: Vec<_> = room.messages(&room.ann).await[0]["reactions"].as_array().unwrap().clone();
    assert_eq!(left.iter().map(|left| left["count"].clone()).collect::<Vec<_>>(), [1, 1]);
    // A reaction is no edit.
    let now = room.ann.get(&at(&said, "")).await.expect(200);
    assert_eq!((&now["version"], &now["edited_at"]), (&said["version"], &Value::Null));
}

async fn who_reacted_is_listed(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "x").await;
    for (who, emoji) in [(&room.ann, "🎉"), (&room.ben, "🎉"), (&room.ann, "👍")] {
        react(who, &said, emoji).await.expect(200);
    }
    let mut both = [(room.ann.id(), "ann", json!(["🎉", "👍"])), (room.ben.id(), "ben", json!(["🎉"]))];
    both.sort_by_key(|(id, ..)| *id);
    let list = room.ben.get(&at(&said, "/reactions")).await.expect(200);
    for (listed, (id, handle, emoji)) in list["reactions"].as_array().unwrap().iter().zip(&both) {
        assert_eq!((text(&listed["user"]["id"]), &listed["user"]["handle"]), (*id, &json!(handle)));
        assert_eq!(&listed["emoji"], emoji);
    }
    let first = room.ben.get(&at(&said, "/reactions?limit=1")).await.expect(200);
    assert_eq!((&first["reactions"][0]["user"]["id"], first.get("next_before").is_some()), (&json!(both[1].0), true));
}

async fn people_react_with_so_many_emoji(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "x").await;
    let all: Vec<String> = ('\u{1F600}'..='\u{1F64F}').chain('\u{1F300}'..='\u{1F320}').map(String::from).collect();
    for emoji in &all[..100] {
        react(&room.ann, &said, emoji).await.expect(200);
    }
    react(&room.ann, &said, &all[100]).await.refused(409, "too_many_reactions");
    react(&room.ben, &said, &all[0]).await.expect(200);
    unreact(&room.ann, &said, &all[1]).await.expect(204);
    react(&room.ann, &said, &all[100]).await.expect(200);
}

async fn a_message_is_pinned_and_unpinned_once(stead: Stead) {
    let room = Room::new(&stead).await;
    let (one, two) = (room.say(&room.ann, "1").await, room.say(&room.ann, "2").await);
    let pin = |who: &Account, message: &Value| {
        who.call(reqwest::Method::PUT, &room.at(&format!("/pins/{}", text(&message["id"]))))
    };
    let pinned = pin(&room.ben, &two).await.expect(200);
    assert_eq!((&pinned["message"]["id"], text(&pinned["pinned_by"])), (&two["id"], room.ben.id()));
    assert_eq!(pin(&room.ann, &two).await.expect(200), pinned);
    pin(&room.ann, &one).await.expect(200);
    let pins = room.ben.get(&room.at("/pins")).await.expect(200);
    let listed: Vec<_> = pins["pins"].as_array().unwrap().iter().map(|pin| pin["message"].clone()).collect();
    assert_eq!(listed, [two.clone(), one.clone()]);
    for _ in 0..2 {
        room.ann.delete(&room.at(&format!("/pins/{}", text(&two["id"])))).await.expect(204);
    }
    assert_eq!(room.ben.get(&room.at("/pins")).await.expect(200)["pins"][0]["message"]["id"], one["id"]);
}

async fn pins_are_of_their_channel(stead: Stead) {
    let room = Room::new(&stead).await;
    let other = channel(&room.ann, json!({"name": "Other"})).await;
    let elsewhere = room.ann.post(&format!("/channels/{other}/messages"), json!({"content": "x"})).await.expect(201);
    let path = room.at(&format!("/pins/{}", text(&elsewhere["id"])));
    room.ann.call(reqwest::Method::PUT, &path).await.complains_about("message_id");
    room.ann.delete(&path).await.complains_about("message_id");
    let unknown = room.at("/pins/0197a3c4-5d6e-7f80-9a1b-000000000001");
    room.ann.call(reqwest::Method::PUT, &unknown).await.refused(404, "not_found");
    room.ann.delete(&unknown).await.refused(404, "not_found");
}

async fn so_many_messages_are_pinned(stead: Stead) {
    let room = Room::new(&stead).await;
    let mut last = String::new();
    for n in 0..101 {
        let said = room.say(&room.ann, &n.to_string()).await;
        last = room.at(&format!("/pins/{}", text(&said["id"])));
        let answer = room.ann.call(reqwest::Method::PUT, &last).await;
        if n < 100 {
            answer.expect(200);
        } else {
            answer.refused(409, "too_many_pins");
        }
    }
    let pins = room.ann.get(&room.at("/pins")).await.expect(200);
    let first = room.at(&format!("/pins/{}", text(&pins["pins"][0]["message"]["id"])));
    room.ann.delete(&first).await.expect(204);
    room.ann.call(reqwest::Method::PUT, &last).await.expect(200);
}
