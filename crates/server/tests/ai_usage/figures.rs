//! What is told of what was used.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use stead_domain::Timestamp;
use stead_testkit::{documents, fakes::FakeClock};

use super::{costing, tokens, usage};
use crate::harness::{Account, Setup, Stead, Talk, eventually, talk::text};

on_both!(
    turns_are_told_apart_by_user_agent_thread_and_purpose,
    every_other_question_is_accounted_for_too,
    an_endpoints_embeddings_are_accounted_for,
    what_is_used_has_its_price,
    everybody_sees_what_is_theirs,
    a_time_is_asked_for,
    usage_is_there_after_a_restart,
    what_is_asked_is_checked,
);

fn key(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn turns_are_told_apart_by_user_agent_thread_and_purpose(stead: Stead) {
    let ann = stead.register("ann").await;
    let (bob, zed) = (ann.invite("bob", "member").await, stead.register("zed").await);
    stead.script().answers([costing(10, 1), costing(100, 2), costing(1_000, 3), costing(10_000, 4)]);
    let (talk, of_bob) = (ann.talk().await, bob.talk().await);
    talk.say("one").await.expect(201);
    talk.say("two").await.expect(201);
    of_bob.say("three").await.expect(201);
    zed.talk().await.say("four").await.expect(201);

    let by_user = usage(&ann, "user").await;
    assert_eq!(tokens(&by_user), [(bob.id().to_owned(), 1_003), (ann.id().to_owned(), 113)]);
    let total = json!({"input_tokens": 1_110, "output_tokens": 6, "cached_tokens": 0, "cost_micros": 0});
    assert_eq!((&by_user["total"], &by_user["by"], &by_user["has_more"]), (&total, &json!("user"), &json!(false)));
    assert_eq!(by_user["budgets"], json!({"organization": null, "user": null}));
    assert_eq!(tokens(&usage(&ann, "channel").await), [(of_bob.id, 1_003), (talk.id, 113)]);
    assert_eq!(tokens(&usage(&ann, "agent").await), [(ann.default_agent().to_owned(), 1_116)]);
    assert_eq!(tokens(&usage(&ann, "purpose").await), [("turn".to_owned(), 1_116)]);
    assert_eq!(tokens(&usage(&zed, "user").await), [(zed.id().to_owned(), 10_004)], "others are invisible");
}

/// Once it has been used for each of these.
async fn used_for(ann: &Account, purposes: &[&str]) -> Value {
    eventually("what was used", async || {
        let usage = usage(ann, "purpose").await;
        let there = tokens(&usage).into_iter().map(|(purpose, _)| purpose).collect::<Vec<_>>();
        purposes.iter().all(|purpose| there.iter().any(|it| it == purpose)).then_some(usage)
    })
    .await
}

const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0";

async fn every_other_question_is_accounted_for_too(stead: Stead) {
    let ann = stead.register("ann").await;
    stead.script().answers([costing(40, 2)]);
    stead.llm().transcribe_with(Ok("We meet at the old mill.".to_owned()));
    let thread = ann.post("/chat/default/threads", json!({})).await.expect(201);
    let talk = Talk::new(&ann, "/chat/default/threads", &thread);
    talk.say("hello").await.expect(201);
    ann.upload("pear.png", documents::huge_png(20, 10)).await;
    ann.upload("call.wav", WAV).await;
    ann.upload("long.txt", "Something about orchards and ladders. ".repeat(100)).await;
    let used = used_for(&ann, &["turn", "title", "file_description", "transcript", "file_summary"]).await;
    // The fake says 15 of each answer, but nothing of a recording: 24 characters.
    let of = |purpose: &str| tokens(&used).into_iter().find(|(it, _)| it == purpose).unwrap().1;
    let each = ["turn", "title", "file_description", "file_summary", "transcript"].map(of);
    assert_eq!(each, [42, 15, 15, 15, 6], "{used}");
    assert_eq!(tokens(&usage(&ann, "user").await), [(ann.id().to_owned(), 93)], "files are their uploader's");
    assert_eq!(tokens(&usage(&ann, "channel").await), [(talk.id, 57), (String::new(), 36)]);
    assert_eq!(tokens(&usage(&ann, "agent").await)[0], (ann.default_agent().to_owned(), 57));
}

async fn an_endpoints_embeddings_are_accounted_for(setup: Setup) {
    let setup = setup.wire().await.setting("STEAD_LLM__EMBEDDING_MODEL", "embeds");
    let prices = "embeds = 3\nwire-model = 1 1";
    let stead = setup.setting("STEAD_LLM__PRICES", prices).start().await;
    let ann = stead.register("ann").await;
    ann.upload("short.txt", "Pears are green.").await;
    let used = used_for(&ann, &["embedding"]).await;
    let item = &used["items"][0];
    assert_eq!((text(&item["key"]), &item["output_tokens"]), ("embedding", &json!(0)), "{used}");
    let tokens = item["input_tokens"].as_i64().unwrap();
    assert!((4..20).contains(&tokens), "{used}");
    assert_eq!(item["cost_micros"], tokens * 3);
}

async fn what_is_used_has_its_price(setup: Setup) {
    let stead = setup.setting("STEAD_LLM__PRICES", "fake = 2 8.5 0.5\nother = 1000 1000").start().await;
    let ann = stead.register("ann").await;
    stead.script().answers([costing(100, 10)]);
    ann.talk().await.say("one").await.expect(201);
    assert_eq!(usage(&ann, "purpose").await["total"]["cost_micros"], 285);
}

async fn everybody_sees_what_is_theirs(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "member").await;
    stead.script().answers([costing(10, 1), costing(100, 2)]);
    ann.talk().await.say("one").await.expect(201);
    bob.talk().await.say("two").await.expect(201);
    ann.patch("/organization", json!({"ai_budget": 1_000, "ai_budget_per_user": 150})).await.expect(200);
    for by in ["user", "agent", "channel", "purpose"] {
        let own = usage(&bob, by).await;
        assert_eq!(own["total"]["input_tokens"], 100, "{by}: {own}");
        assert_eq!(tokens(&own).len(), 1, "{by}: {own}");
        assert_eq!(own["budgets"], json!({"organization": null, "user": {"tokens": 150, "used": 102, "left": 48}}));
    }
    let budgets = usage(&ann, "user").await["budgets"].clone();
    let organization = json!({"tokens": 1_000, "used": 113, "left": 887});
    assert_eq!(budgets, json!({"organization": organization, "user": {"tokens": 150, "used": 11, "left": 139}}));

    // A key oversees only where it says so.
    for (scopes, expected) in [(json!(["organization:read"]), 11), (json!(["organization:read", "admin"]), 113)] {
        let key = ann.post("/api-keys", json!({"name": "k", "scopes": scopes})).await.expect(201);
        let with_key = ann.with_token(text(&key["secret"]));
        let total = with_key.get("/ai/usage").await.expect(200)["total"].clone();
        let tokens = total["input_tokens"].as_i64().unwrap() + total["output_tokens"].as_i64().unwrap();
        assert_eq!(tokens, expected, "{scopes}");
    }
    let key = ann.post("/api-keys", json!({"name": "k", "scopes": ["threads:read"]})).await.expect(201);
    ann.with_token(text(&key["secret"])).get("/ai/usage").await.refused(403, "forbidden");
}

async fn a_time_is_asked_for(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    clock.set(Timestamp::new(time::macros::datetime!(2026-01-31 23:59:59 UTC)));
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([costing(10, 0), costing(100, 0)]);
    talk.say("in January").await.expect(201);
    clock.advance(Duration::from_secs(2));
    talk.say("in February").await.expect(201);
    clock.advance(Duration::from_secs(1));
    let january = "2026-01-01T00:00:00Z";
    for (query, expected) in [
        (String::new(), 100),
        (format!("?from={january}"), 110),
        (format!("?from={january}&to=2026-02-01T00:00:00Z"), 10),
        ("?to=2026-02-01T00:00:00Z".to_owned(), 0),
        ("?from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z".to_owned(), 110),
    ] {
        let used = ann.get(&format!("/ai/usage{query}")).await.expect(200);
        assert_eq!(used["total"]["input_tokens"], expected, "{query}: {used}");
    }
    assert_eq!(ann.get("/ai/usage").await.expect(200)["from"], "2026-02-01T00:00:00.000000Z");
}

async fn usage_is_there_after_a_restart(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([costing(10, 1), costing(100, 2)]);
    talk.say("one").await.expect(201);
    let before = usage(&ann, "user").await;
    stead.restart().await;
    assert_eq!(usage(&ann, "user").await["items"], before["items"]);
    talk.say("two").await.expect(201);
    assert_eq!(tokens(&usage(&ann, "purpose").await), [("turn".to_owned(), 113)]);
}

async fn what_is_asked_is_checked(stead: Stead) {
    let ann = stead.register("ann").await;
    for (query, field) in [
        ("by=model", "by"),
        ("by=", "by"),
        ("from=yesterday", "from"),
        ("to=1", "to"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "to"),
        ("user_id=1", "user_id"),
    ] {
        ann.get(&format!("/ai/usage?{query}")).await.complains_about(field);
    }
    stead.script().answers([costing(1, 1), costing(2, 1)]);
    ann.talk().await.say("one").await.expect(201);
    let second = ann.talk().await;
    second.say("two").await.expect(201);
    let first = ann.get("/ai/usage?by=channel&limit=1").await.expect(200);
    assert_eq!((tokens(&first), &first["has_more"]), (vec![(key(&json!(second.id)), 3)], &json!(true)));
}
