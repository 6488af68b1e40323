use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Room, at, channel};
use crate::harness::Stead;

on_both!(
    a_key_has_one_effect,
    an_id_of_ones_own_has_one_effect,
    under_the_same_id_another_message_is_refused,
    many_at_once_under_one_id_are_one_message,
    an_edited_message_is_still_the_same,
    a_deleted_one_is_gone_for_its_repeats,
    ids_are_each_senders_own,
);

const ID: &str = "0197a3c4-5d6e-7f80-9a1b-000000000018";

fn body(content: &str) -> Value {
    json!({"content": content, "client_id": ID})
}

async fn a_key_has_one_effect(stead: Stead) {
    let room = Room::new(&stead).await;
    let post = |content: &str| room.post(&room.ann, json!({"content": content})).key("once");
    let first = post("Hello").await;
    assert_eq!(first.header("idempotency-replayed"), None);
    let first = first.expect(201);
    let again = post("Hello").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), first);
    post("Other").await.refused(409, "idempotency_mismatch");
    assert_eq!(room.messages(&room.ann).await.len(), 1);
    let by_many = join_all((0..8).map(|_| async { room.post(&room.ben, json!({"content": "x"})).key("k").await }));
    let ids: Vec<Value> = by_many.await.into_iter().map(|answer| answer.expect(201)["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(room.messages(&room.ann).await.len(), 2);
}

async fn an_id_of_ones_own_has_one_effect(stead: Stead) {
    let room = Room::new(&stead).await;
    let root = room.say(&room.ben, "And?").await;
    let file = room.ann.upload("a.txt", "A").await;
    let post = || {
        let body = json!({"content": "Yes", "client_id": ID, "parent_id": root["id"], "file_ids": [file["id"]]});
        room.post(&room.ann, body)
    };
    let first = post().await.expect(201);
    let again = post().await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201)["id"], first["id"]);
    // What it needed may be gone.
    room.ben.delete(&at(&root, "")).await.expect(204);
    assert_eq!(post().await.expect(201)["id"], first["id"]);
    assert_eq!(room.messages(&room.ann).await.len(), 2);
}

async fn under_the_same_id_another_message_is_refused(stead: Stead) {
    let room = Room::new(&stead).await;
    let root = room.say(&room.ben, "And?").await;
    let other = channel(&room.ann, json!({"name": "Other"})).await;
    room.post(&room.ann, body("Yes")).await.expect(201);
    room.post(&room.ann, body("No")).await.refused(409, "idempotency_mismatch");
    let as_reply = json!({"content": "Yes", "client_id": ID, "parent_id": root["id"]});
    room.post(&room.ann, as_reply).await.refused(409, "idempotency_mismatch");
    let elsewhere = room.ann.post(&format!("/channels/{other}/messages"), body("Yes"));
    elsewhere.await.refused(409, "idempotency_mismatch");
    assert_eq!(room.messages(&room.ann).await.len(), 2);
}

async fn many_at_once_under_one_id_are_one_message(stead: Stead) {
    let room = Room::new(&stead).await;
    let answers = join_all((0..16).map(|_| async { room.post(&room.ann, body("Hello")).await })).await;
    let replayed = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_some()).count();
    assert_eq!(replayed, 15);
    let ids: Vec<Value> = answers.into_iter().map(|answer| answer.expect(201)["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(room.messages(&room.ben).await.len(), 1);
}

async fn an_edited_message_is_still_the_same(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.post(&room.ann, body("Helo")).await.expect(201);
    room.ann.patch(&at(&said, ""), json!({"content": "Hello"})).await.expect(200);
    assert_eq!(room.post(&room.ann, body("Helo")).await.expect(201)["content"], "Hello");
    room.post(&room.ann, body("Hello")).await.refused(409, "idempotency_mismatch");
}

async fn a_deleted_one_is_gone_for_its_repeats(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.post(&room.ann, body("Hello")).key("once").await.expect(201);
    room.ann.delete(&at(&said, "")).await.expect(204);
    room.post(&room.ann, body("Hello")).await.refused(404, "not_found");
    room.post(&room.ann, body("Hello")).key("once").await.refused(404, "not_found");
    assert_eq!(room.messages(&room.ann).await.len(), 1);
}

async fn ids_are_each_senders_own(stead: Stead) {
    let room = Room::new(&stead).await;
    let (one, two) =
        (room.post(&room.ann, body("x")).await.expect(201), room.post(&room.ben, body("y")).await.expect(201));
    assert_ne!(one["id"], two["id"]);
}
