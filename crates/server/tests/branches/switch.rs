use serde_json::json;

use super::{contents, say_after, switch};
use crate::harness::{Stead, talk::text};

on_both!(
    the_branch_through_a_message_is_shown_to_its_newest,
    a_switch_is_a_change_of_the_thread,
    a_switch_names_a_message_of_the_thread,
    what_is_said_next_goes_on_where_was_switched_to,
);

async fn the_branch_through_a_message_is_shown_to_its_newest(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let second = talk.say("two").await.expect(201);
    talk.say("three").await.expect(201);
    say_after(&ann, &talk, &first["id"], "four").await.expect(201);
    let shown = switch(&ann, &talk, &second["id"]).await.expect(200);
    assert_eq!(contents(shown["messages"].as_array().unwrap()), ["one", "one", "two", "two", "three", "three"]);
    assert_eq!(shown["message_count"], 6);
    assert_eq!(talk.messages().await, *shown["messages"].as_array().unwrap());
    // Of all that came of the first, the last is the newest.
    let shown = switch(&ann, &talk, &first["id"]).await.expect(200);
    assert_eq!(contents(shown["messages"].as_array().unwrap()), ["one", "one", "four", "four"]);
}

async fn a_switch_is_a_change_of_the_thread(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let second = talk.say("two").await.expect(201);
    say_after(&ann, &talk, &first["id"], "three").await.expect(201);
    let tag = ann.get(&talk.path).await.header("etag").unwrap().to_owned();
    let changed = switch(&ann, &talk, &second["id"]).header("if-match", &tag).await;
    let other = changed.header("etag").unwrap().to_owned();
    let changed = changed.expect(200);
    assert_ne!(tag, other);
    assert!(text(&changed["updated_at"]) > text(&changed["created_at"]));
    let both = json!({"active_message_id": first["id"], "title": "Both"});
    ann.patch(&talk.path, both.clone()).header("if-match", &tag).await.refused(412, "precondition_failed");
    assert_eq!(ann.get(&talk.path).await.expect(200), changed);
    let both = ann.patch(&talk.path, both).header("if-match", &other).await.expect(200);
    assert_eq!(both["title"], "Both");
    assert_eq!(contents(both["messages"].as_array().unwrap()), ["one", "one", "three", "three"]);
}

async fn a_switch_names_a_message_of_the_thread(stead: Stead) {
    let ann = stead.register("ann").await;
    let (talk, other) = (ann.talk().await, ann.talk().await);
    talk.say("one").await.expect(201);
    let elsewhere = other.say("one").await.expect(201);
    let before = talk.read().await;
    for wrong in [&elsewhere["id"], &json!("0197a3c4-5d6e-7f80-9a1b-000000000009"), &json!("x"), &json!(null)] {
        switch(&ann, &talk, wrong).await.complains_about("active_message_id");
    }
    assert_eq!(talk.read().await, before);
}

async fn what_is_said_next_goes_on_where_was_switched_to(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let second = talk.say("two").await.expect(201);
    say_after(&ann, &talk, &first["id"], "three").await.expect(201);
    switch(&ann, &talk, &second["id"]).await.expect(200);
    talk.say("four").await.expect(201);
    assert_eq!(contents(&talk.messages().await), ["one", "one", "two", "two", "four", "four"]);
}
