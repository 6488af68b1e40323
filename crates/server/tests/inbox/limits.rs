use std::{sync::Arc, time::Duration};

use serde_json::json;
use stead_testkit::fakes::FakeClock;

use super::{CONVERSATIONS, messages, start, start_with};
use crate::harness::{Answer, Setup, talk::text};

on_both!(sends_are_limited_for_each_person, new_conversations_are_limited_for_each_person);

#[track_caller]
fn refused_for(answer: Answer, seconds: &str) {
    assert_eq!(answer.header("retry-after"), Some(seconds), "{}", answer.text());
    answer.refused(429, "rate_limited");
}

async fn sends_are_limited_for_each_person(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let setup = setup.clock(Arc::clone(&clock)).setting("STEAD_LIMITS__INBOX_SENDS_PER_MINUTE", 3);
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let profile = start(&ann, &mia).await.expect(201);
    let agent = start_with(&ann, ann.default_agent()).await.expect(201);
    let direct = format!("/channels/{}/messages", text(&profile["id"]));
    let body = json!({"content": "Hello"});
    // A repeat is no other message.
    let keyed = || ann.post(&messages(&agent), body.clone()).key("one");
    keyed().await.expect(201);
    keyed().await.expect(201);
    ann.post(&messages(&profile), body.clone()).await.expect(201);
    ann.post(&direct, body.clone()).await.expect(201);
    for path in [&messages(&profile), &messages(&agent), &direct] {
        refused_for(ann.post(path, body.clone()).await, "20");
    }
    keyed().await.expect(201);
    // Channels of other kinds, threads made elsewhere, and others have theirs.
    ann.post(&format!("/channels/{}/messages", ann.own_channel().await), body.clone()).await.expect(201);
    ann.talk().await.say("Hello").await.expect(201);
    mia.post(&messages(&profile), body.clone()).await.expect(201);
    clock.advance(Duration::from_secs(20));
    ann.post(&direct, body.clone()).await.expect(201);
    refused_for(ann.post(&direct, body).await, "20");
}

async fn new_conversations_are_limited_for_each_person(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let setup = setup.clock(Arc::clone(&clock)).setting("STEAD_LIMITS__NEW_CONVERSATIONS_PER_HOUR", 2);
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let (mia, nils) = (ann.invite("mia", "member").await, ann.invite("nils", "member").await);
    start(&ann, &mia).await.expect(201);
    start_with(&ann, ann.default_agent()).await.expect(201);
    refused_for(start(&ann, &nils).await, "1800");
    refused_for(ann.post("/channels", json!({"kind": "direct", "user_ids": [nils.id()]})).await, "1800");
    let own = super::own_agent(&ann).await;
    refused_for(start_with(&ann, text(&own["id"])).await, "1800");
    // What is there is got.
    start(&ann, &mia).await.expect(200);
    start_with(&ann, ann.default_agent()).await.expect(200);
    ann.post(CONVERSATIONS, json!({"target_handle": "nobody", "chat_type": "profile"})).await.refused(404, "not_found");
    start(&nils, &mia).await.expect(201);
    clock.advance(Duration::from_secs(1_800));
    // Signed in ten minutes at a time.
    let ann = ann.sign_in_again().await;
    start(&ann, &nils).await.expect(201);
    refused_for(start_with(&ann, text(&own["id"])).await, "1800");
}
