use serde_json::json;

use super::{keyed, replayed};
use crate::harness::Stead;

on_both!(
    the_same_key_for_another_request_is_refused,
    a_key_belongs_to_one_user_and_one_path,
    a_refused_request_uses_up_no_key,
    keys_are_printable_and_short,
    other_posts_ignore_the_key,
);

async fn the_same_key_for_another_request_is_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    keyed(&talk, &ann, "k", "hello").await.expect(201);
    keyed(&talk, &ann, "k", "hello!").await.refused(409, "idempotency_mismatch");
    let more = json!({"content": "hello", "metadata": {"a": 1}});
    ann.post(&talk.at("/messages"), more).key("k").await.refused(409, "idempotency_mismatch");
    let agent = |handle: &str| ann.post("/agents", json!({"handle": handle, "display_name": "A"})).key("k");
    agent("a1").await.expect(201);
    agent("a2").await.refused(409, "idempotency_mismatch");
    assert_eq!(talk.messages().await.len(), 2);
}

async fn a_key_belongs_to_one_user_and_one_path(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let threads = [ann.talk().await, ann.talk().await, mia.talk().await];
    for (talk, client) in threads.iter().zip([&ann, &ann, &mia]) {
        let answer = keyed(talk, client, "k", "hello").await;
        assert!(!replayed(&answer));
        answer.expect(201);
    }
    let agent = json!({"handle": "mine", "display_name": "A"});
    let made = ann.post("/agents", agent).key("k").await;
    assert!(!replayed(&made));
    made.expect(201);
}

async fn a_refused_request_uses_up_no_key(stead: Stead) {
    let ann = stead.register("ann").await;
    let make = |name: &str| ann.post("/agents", json!({"handle": "helper", "display_name": name})).key("k");
    make("").await.complains_about("display_name");
    make("Helper").await.expect(201);
    let taken = ann.post("/agents", json!({"handle": "helper", "display_name": "Again"})).key("k2");
    taken.await.refused(409, "handle_taken");
    let free = ann.post("/agents", json!({"handle": "other", "display_name": "Again"})).key("k2").await;
    assert!(!replayed(&free));
    free.expect(201);
}

async fn keys_are_printable_and_short(stead: Stead) {
    let ann = stead.register("ann").await;
    let make = |key: &str| ann.post("/chat/default/threads", json!({})).key(key);
    make(&"k".repeat(255)).await.expect(201);
    make("!~\"\\ #").await.expect(201);
    make("").await.refused(400, "invalid_request");
    make(&"k".repeat(256)).await.refused(400, "invalid_request");
    make("a\tb").await.refused(400, "invalid_request");
    make("a").key("b").await.refused(400, "invalid_request");
}

async fn other_posts_ignore_the_key(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    talk.say("hello").await.expect(201);
    for _ in 0..2 {
        let title = ann.post_nothing(&talk.at("/generate_title")).key("k").await;
        assert!(!replayed(&title));
        title.expect(200);
    }
    assert_eq!(stead.llm().requests().len(), 3);
}
