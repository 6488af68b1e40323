//! Whether and how much an organization's agents may answer.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use stead_domain::{Timestamp, run::Usage};
use stead_testkit::fakes::{FakeClock, FakeReply};

use crate::harness::{Account, Setup, Stead};

on_both!(
    switched_off_nothing_new_is_answered,
    a_budget_holds_for_a_calendar_month,
    a_budget_counts_what_deleted_threads_used,
    a_budget_is_a_whole_number,
);

async fn set(account: &Account, body: serde_json::Value) {
    account.patch("/organization", body).await.expect(200);
}

async fn switched_off_nothing_new_is_answered(stead: Stead) {
    let (ann, other) = (stead.register("ann").await, stead.register("other").await);
    assert_eq!(ann.organization["ai_enabled"], json!(true));
    let talk = ann.talk().await;
    talk.say("before").await.expect(201);
    set(&ann, json!({"ai_enabled": false})).await;
    talk.say("hello").await.refused(409, "ai_disabled");
    for preference in ["respond-async", "wait=10"] {
        let call = ann.post(&talk.at("/messages"), json!({"content": "hello"}));
        call.header("prefer", preference).await.refused(409, "ai_disabled");
    }
    assert_eq!(talk.messages().await.len(), 2, "nothing is stored");
    // A title is made of the first message's words.
    let asked = stead.llm().requests().len();
    assert_eq!(ann.post_nothing(&talk.at("/generate_title")).await.expect(200)["title"], "before");
    assert_eq!(stead.llm().requests().len(), asked);
    other.talk().await.say("hello").await.expect(201);
    ann.patch("/organization", json!({"ai_enabled": null})).await.complains_about("ai_enabled");
    set(&ann, json!({"ai_enabled": true})).await;
    talk.say("after").await.expect(201);
}

/// The fake's answer with what it used.
fn costing(input_tokens: i64, output_tokens: i64) -> FakeReply {
    FakeReply::text("Fine.").with_usage(Some(Usage { input_tokens, output_tokens, ..Usage::default() }))
}

async fn a_budget_holds_for_a_calendar_month(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    // A moment before February.
    clock.set(Timestamp::new(time::macros::datetime!(2026-01-31 23:59:59 UTC)));
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    set(&ann, json!({"ai_budget": 100})).await;
    stead.script().answers([costing(59, 40), costing(1, 0), costing(1, 1)]);
    talk.say("one").await.expect(201);
    talk.say("two").await.expect(201);
    talk.say("three").await.refused(409, "ai_budget_used_up");
    assert_eq!(talk.messages().await.len(), 4, "nothing is stored");
    set(&ann, json!({"ai_budget": 101})).await;
    talk.say("three").await.expect(201);
    talk.say("four").await.refused(409, "ai_budget_used_up");
    clock.advance(Duration::from_secs(1));
    talk.say("in February").await.expect(201);
    clock.set(Timestamp::new(time::macros::datetime!(2026-01-31 23:59:59.999999 UTC)));
    talk.say("in January").await.refused(409, "ai_budget_used_up");
    set(&ann, json!({"ai_budget": null})).await;
    talk.say("without bound").await.expect(201);
}

async fn a_budget_counts_what_deleted_threads_used(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([costing(60, 40)]);
    talk.say("one").await.expect(201);
    ann.delete(&talk.path).await.expect(204);
    set(&ann, json!({"ai_budget": 100})).await;
    ann.talk().await.say("two").await.refused(409, "ai_budget_used_up");
}

async fn a_budget_is_a_whole_number(stead: Stead) {
    let ann = stead.register("ann").await;
    assert_eq!(ann.organization["ai_budget"], json!(null));
    for tokens in [json!(1), json!(1_000_000_000_000_i64)] {
        set(&ann, json!({"ai_budget": tokens})).await;
        assert_eq!(ann.get("/organization").await.expect(200)["ai_budget"], tokens);
    }
    for wrong in [json!(0), json!(-1), json!(1_000_000_000_001_i64), json!(0.5), json!("1")] {
        ann.patch("/organization", json!({"ai_budget": wrong})).await.complains_about("ai_budget");
    }
}
