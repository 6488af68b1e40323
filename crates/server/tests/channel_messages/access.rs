use serde_json::{Value, json};

use super::{Room, at, channel};
use crate::harness::{Account, Answer, Stead, talk::text};

on_both!(
    nobody_but_members_sees_or_does_anything,
    who_left_sees_nothing_any_more,
    another_organization_finds_nothing,
    a_public_channel_is_read_by_its_members,
    a_thread_is_no_channel,
    a_channel_that_is_deleted_takes_its_messages_along,
    keys_take_their_scope,
);

/// Everything that can be asked of a channel and a message in it.
async fn everything(who: &Account, room: &Room, message: &Value) -> Vec<Answer> {
    let put = reqwest::Method::PUT;
    let pin = room.at(&format!("/pins/{}", text(&message["id"])));
    let reaction = at(message, "/reactions/%F0%9F%91%8D");
    vec![
        who.get(&room.at("/messages")).await,
        room.post(who, json!({"content": "x"})).await,
        who.get(&at(message, "")).await,
        who.patch(&at(message, ""), json!({"content": "x"})).await,
        who.delete(&at(message, "")).await,
        who.get(&at(message, "/replies")).await,
        who.get(&at(message, "/edits")).await,
        who.get(&at(message, "/reactions")).await,
        who.call(put.clone(), &reaction).await,
        who.delete(&reaction).await,
        who.get(&room.at("/pins")).await,
        who.call(put, &pin).await,
        who.delete(&pin).await,
    ]
}

async fn all_refused(who: &Account, room: &Room, message: &Value, status: u16, code: &str) {
    for answer in everything(who, room, message).await {
        let refused = answer.refused(status, code);
        if status == 403 {
            assert_eq!(refused["message"], "Not a member of this channel");
        }
        assert!(!refused.to_string().contains("needle"), "{refused}");
    }
}

async fn nobody_but_members_sees_or_does_anything(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ben, "needle").await;
    all_refused(&room.cy, &room, &said, 403, "forbidden").await;
    let admin = room.ann.invite("ada", "admin").await;
    all_refused(&admin, &room, &said, 403, "forbidden").await;
    assert_eq!(room.messages(&room.ann).await, vec![said]);
}

async fn who_left_sees_nothing_any_more(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ben, "needle").await;
    room.ann.delete(&room.at(&format!("/members/{}", room.ben.id()))).await.expect(204);
    all_refused(&room.ben, &room, &said, 403, "forbidden").await;
    room.ann.put(&room.at(&format!("/members/{}", room.ben.id())), json!({})).await;
    assert_eq!(room.messages(&room.ben).await, vec![said]);
}

async fn another_organization_finds_nothing(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ben, "needle").await;
    let bob = stead.register("bob").await;
    all_refused(&bob, &room, &said, 404, "not_found").await;
    let unknown = json!({"id": "0197a3c4-5d6e-7f80-9a1b-000000000001"});
    let body = |answer: Answer| {
        let mut body = answer.refused(404, "not_found");
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    assert_eq!(body(bob.get(&at(&said, "")).await), body(bob.get(&at(&unknown, "")).await));
    let own = channel(&bob, json!({"name": "Own"})).await;
    let foreign = json!({"content": "x", "parent_id": said["id"]});
    let unheard = json!({"content": "x", "parent_id": unknown["id"]});
    let post = async |body: Value| {
        let mut refused = bob.post(&format!("/channels/{own}/messages"), body).await.refused(400, "invalid_request");
        refused.as_object_mut().unwrap().remove("request_id");
        refused
    };
    assert_eq!(post(foreign).await, post(unheard).await);
}

async fn a_public_channel_is_read_by_its_members(stead: Stead) {
    let room = Room::new(&stead).await;
    let id = channel(&room.ann, json!({"kind": "public", "name": "Open"})).await;
    let open = Room { id, ..room };
    let said = open.say(&open.ann, "needle").await;
    all_refused(&open.cy, &open, &said, 403, "forbidden").await;
    open.cy.post_nothing(&open.at("/join")).await;
    assert_eq!(open.messages(&open.cy).await, vec![said]);
}

async fn a_thread_is_no_channel(stead: Stead) {
    let room = Room::new(&stead).await;
    let talk = room.ann.talk().await;
    let answer = talk.say("hello").await.expect(201);
    let thread = Room { id: talk.id.clone(), ..room };
    all_refused(&thread.ann, &thread, &answer, 404, "not_found").await;
    assert_eq!(talk.messages().await.len(), 2);
}

async fn a_channel_that_is_deleted_takes_its_messages_along(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "needle").await;
    room.ann.delete(&room.at("")).await.expect(204);
    all_refused(&room.ann, &room, &said, 404, "not_found").await;
}

async fn keys_take_their_scope(stead: Stead) {
    let room = Room::new(&stead).await;
    let key = async |scope: &str| {
        let made = room.ann.post("/api-keys", json!({"name": "A key", "scopes": [scope]})).await.expect(201);
        room.ann.with_token(text(&made["secret"]))
    };
    let (reads, writes) = (key("channels:read").await, key("channels:write").await);
    writes.post(&room.at("/messages"), json!({"content": "x"})).await.expect(201);
    reads.post(&room.at("/messages"), json!({"content": "x"})).await.refused(403, "forbidden");
    assert_eq!(reads.get(&room.at("/messages")).await.expect(200)["messages"].as_array().unwrap().len(), 1);
    writes.get(&room.at("/messages")).await.refused(403, "forbidden");
}
