use serde_json::json;

use crate::harness::{Stead, eventually};

on_both!(
    a_patch_changes_what_it_names_and_keeps_the_rest,
    null_clears_a_title_and_nothing_else,
    an_archived_thread_still_takes_messages,
    concurrent_patches_all_land,
);

async fn a_patch_changes_what_it_names_and_keeps_the_rest(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    talk.say("hello").await.expect(201);
    let before = talk.read().await;
    let changed = ann.patch(&talk.path, json!({"metadata": {"a": [1]}})).await.expect(200);
    assert_eq!((&changed["metadata"], &changed["title"]), (&json!({"a": [1]}), &before["title"]));
    assert_eq!(changed["messages"], before["messages"]);
    assert_eq!(changed["last_activity_at"], before["last_activity_at"]);
    let changed = ann.patch(&talk.path, json!({"title": "Other", "archived": true})).await.expect(200);
    assert_eq!((&changed["title"], &changed["archived"]), (&json!("Other"), &json!(true)));
    assert_eq!(changed["metadata"], json!({"a": [1]}));
    assert_eq!(ann.patch(&talk.path, json!({})).await.expect(200)["title"], "Other");
    assert_eq!(talk.read().await["archived"], true);
}

async fn null_clears_a_title_and_nothing_else(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    assert_eq!(ann.patch(&talk.path, json!({"title": null})).await.expect(200)["title"], json!(null));
    ann.patch(&talk.path, json!({"archived": null})).await.complains_about("archived");
    ann.patch(&talk.path, json!({"metadata": null})).await.complains_about("metadata");
    ann.patch(&talk.path, json!({"title": ""})).await.complains_about("title");
    ann.patch(&talk.path, json!({"archived": 1})).await.complains_about("archived");
    ann.patch(&talk.path, json!({"metadata": {"k": "x".repeat(16 * 1024)}})).await.complains_about("metadata");
    for later in ["agent_id", "id", "messages", "surprise"] {
        ann.patch(&talk.path, json!({later: talk.id})).await.refused(400, "invalid_request");
    }
    // A thread whose title was cleared may be titled by itself again.
    talk.say("hello").await.expect(201);
    eventually("a title", async || talk.read().await["title"].as_str().map(str::to_owned)).await;
}

async fn an_archived_thread_still_takes_messages(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    ann.patch(&talk.path, json!({"archived": true})).await.expect(200);
    talk.say("hello").await.expect(201);
    let thread = talk.read().await;
    assert_eq!((&thread["archived"], &thread["message_count"]), (&json!(true), &json!(2)));
}

async fn concurrent_patches_all_land(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let patches = [json!({"title": "New"}), json!({"archived": true}), json!({"metadata": {"a": 1}})];
    let calls = patches.map(|patch| {
        let call = ann.patch(&talk.path, patch);
        async move { call.await.expect(200) }
    });
    futures_util::future::join_all(calls).await;
    let thread = talk.read().await;
    assert_eq!(thread["title"], "New");
    assert_eq!(thread["archived"], true);
    assert_eq!(thread["metadata"], json!({"a": 1}));
}
