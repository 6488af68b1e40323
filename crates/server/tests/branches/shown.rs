use serde_json::{Value, json};
use stead_testkit::fakes::FakeReply;

use super::{all, contents, regenerate, say_after, switch};
use crate::{
    harness::Stead,
    tool_turns::{newest_calls, talk_with_tools},
};

on_both!(
    a_thread_shows_every_branch_where_that_is_asked_for,
    pages_hold_the_messages_of_every_branch,
    a_tag_tells_of_branches,
    the_calls_of_an_inactive_answer_stay_readable,
);

async fn a_thread_shows_every_branch_where_that_is_asked_for(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    talk.say("two").await.expect(201);
    say_after(&ann, &talk, &first["id"], "three").await.expect(201);
    let thread = ann.get(&talk.at("?branches=all")).await.expect(200);
    assert_eq!(thread["messages"], json!(all(&ann, &talk).await));
    assert_eq!(thread["message_count"], 4, "of the active branch");
    let latest = ann.get(&talk.at("?branches=all&message_limit=3")).await.expect(200);
    assert_eq!(contents(latest["messages"].as_array().unwrap()), ["two", "three", "three"]);
    let active = ann.get(&talk.at("?branches=active")).await.expect(200);
    assert_eq!(active, talk.read().await);
}

async fn pages_hold_the_messages_of_every_branch(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    talk.say("two").await.expect(201);
    say_after(&ann, &talk, &first["id"], "three").await.expect(201);
    let whole = all(&ann, &talk).await;
    let mut seen: Vec<Value> = Vec::new();
    let mut page = ann.get(&talk.at("/messages?branches=all&limit=2")).await.expect(200);
    loop {
        seen.splice(0..0, page["messages"].as_array().unwrap().clone());
        let Some(before) = page["next_before"].as_str() else { break };
        page = ann.get(&talk.at(&format!("/messages?branches=all&limit=2&before={before}"))).await.expect(200);
    }
    assert_eq!(seen, whole);
    ann.get(&talk.at("/messages?branches=some")).await.complains_about("branches");
}

async fn a_tag_tells_of_branches(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let second = regenerate(&ann, &talk, &first["id"]).await.expect(201);
    let tag = async |query: &str| ann.get(&talk.at(query)).await.header("etag").unwrap().to_owned();
    let (active, every) = (tag("").await, tag("?branches=all").await);
    assert_ne!(active, every);
    ann.get(&talk.at("?branches=all")).header("if-none-match", &every).await.expect(304);
    switch(&ann, &talk, &first["id"]).await.expect(200);
    assert_ne!(tag("").await, active);
    assert_ne!(tag("?branches=all").await, every);
    let shown = tag("").await;
    say_after(&ann, &talk, &second["id"], "two").await.expect(201);
    assert_ne!(tag("").await, shown);
}

async fn the_calls_of_an_inactive_answer_stay_readable(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "auto").await;
    let call = FakeReply::tool_calls([("c1", "kit__echo", "{}")]);
    stead.script().answers([call, FakeReply::text("looked"), FakeReply::text("not looked")]);
    let old = talk.say("Look").await.expect(201);
    let calls = newest_calls(&talk).await;
    assert_eq!(calls.len(), 1);
    let new = regenerate(&ann, &talk, &old["id"]).await.expect(201);
    assert_eq!(new["tool_calls"], json!([]));
    let messages = all(&ann, &talk).await;
    assert_eq!((&messages[1]["active"], &messages[1]["tool_calls"]), (&json!(false), &json!(calls)));
}
