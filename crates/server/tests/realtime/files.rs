//! One's own files.

use serde_json::json;

use super::{Socket, socket::names};
use crate::harness::Stead;

on_both!(whose_a_file_is_hears_that_it_is_understood_and_gone);

async fn whose_a_file_is_hears_that_it_is_understood_and_gone(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "admin").await;
    let key =
        ann.post("/api-keys", json!({"name": "A key", "scopes": ["events:read", "users:read"]})).await.expect(201);
    let mut by_key = Socket::open_with_key(&ann, &key).await;
    let ((mut socket, begin), (mut other, _)) = (Socket::open(&ann).await, Socket::open(&bob).await);
    let file = ann.upload("notes.txt", "walruses").await;
    let told = socket.until("file.updated").await;
    let event = told.last().unwrap();
    assert_eq!((&event["data"]["file"]["id"], &event["data"]["file"]["status"]), (&file["id"], &json!("ready")));
    assert!(event["channel_id"].is_null() && event["thread_id"].is_null() && event["seq"].is_string());
    ann.delete(&format!("/files/{}", file["id"].as_str().unwrap())).await.expect(204);
    assert_eq!(socket.until("file.deleted").await.last().unwrap()["data"]["file_id"], file["id"]);
    // Of what is gone nothing more is said than that.
    let mut later = Socket::open_again(&ann, &begin).await;
    let mut told = later.until("file.deleted").await;
    told.retain(|event| event["type"].as_str().unwrap().starts_with("file."));
    assert_eq!(names(&told), ["file.deleted"]);
    other.is_told_nothing().await;
    by_key.is_told_nothing().await;
}
