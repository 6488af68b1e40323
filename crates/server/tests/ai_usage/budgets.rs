//! Nobody uses more than they may.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use stead_domain::{Timestamp, ports::llm::Purpose};
use stead_testkit::{
    documents,
    fakes::{FakeClock, FakeReply, FakeToolReply},
    gate::Gate,
};

use super::{costing, tokens, usage};
use crate::{
    harness::{Account, Setup, Stead, Talk, eventually, talk::text},
    tool_turns::talk_with_tools,
};

on_both!(
    a_user_has_a_budget_of_their_own,
    a_budget_for_everybody_holds_for_each,
    a_users_budget_is_for_the_month,
    a_spent_budget_refuses_every_purpose,
    what_waits_is_refused_when_its_turn_comes,
    a_turn_with_tools_ends_when_the_budget_does,
    what_waits_is_refused_when_ai_is_switched_off,
    budgets_are_for_admins,
    a_users_budget_is_a_whole_number,
);

async fn a_user_has_a_budget_of_their_own(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "member").await;
    let (talk, of_bob) = (ann.talk().await, bob.talk().await);
    stead.script().answers([costing(90, 10), costing(90, 10), costing(1, 1)]);
    let changed = ann.patch(&format!("/users/{}", bob.id()), json!({"ai_budget": 100})).await.expect(200);
    assert_eq!(changed["ai_budget"], 100);
    of_bob.say("one").await.expect(201);
    let refused = of_bob.say("two").await;
    refused.refused(409, "ai_budget_used_up");
    assert_eq!(of_bob.messages().await.len(), 2, "nothing is stored");
    talk.say("one").await.expect(201);
    talk.say("two").await.expect(201);
    ann.patch(&format!("/users/{}", bob.id()), json!({"ai_budget": 101})).await.expect(200);
    of_bob.say("two").await.expect(201);
    assert_eq!(usage(&bob, "purpose").await["budgets"]["user"]["tokens"], 101);
}

async fn a_budget_for_everybody_holds_for_each(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "member").await;
    ann.patch("/organization", json!({"ai_budget_per_user": 10})).await.expect(200);
    let (talk, of_bob) = (ann.talk().await, bob.talk().await);
    stead.script().answers([costing(10, 0), costing(10, 0), costing(10, 0)]);
    talk.say("one").await.expect(201);
    of_bob.say("one").await.expect(201);
    talk.say("two").await.refused(409, "ai_budget_used_up");
    of_bob.say("two").await.refused(409, "ai_budget_used_up");
    ann.patch(&format!("/users/{}", ann.id()), json!({"ai_budget": 1_000})).await.expect(200);
    talk.say("two").await.expect(201);
    ann.patch(&format!("/users/{}", ann.id()), json!({"ai_budget": null})).await.expect(200);
    talk.say("three").await.refused(409, "ai_budget_used_up");
    ann.patch("/organization", json!({"ai_budget_per_user": null})).await.expect(200);
    talk.say("three").await.expect(201);
}

async fn a_users_budget_is_for_the_month(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    clock.set(Timestamp::new(time::macros::datetime!(2026-01-31 23:59:59 UTC)));
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    ann.patch("/organization", json!({"ai_budget_per_user": 10})).await.expect(200);
    stead.script().answers([costing(10, 0), costing(9, 0)]);
    talk.say("one").await.expect(201);
    talk.say("two").await.refused(409, "ai_budget_used_up");
    clock.advance(Duration::from_secs(1));
    talk.say("in February").await.expect(201);
    let budget = usage(&ann, "user").await["budgets"]["user"].clone();
    assert_eq!(budget, json!({"tokens": 10, "used": 9, "left": 1}));
}

/// The file once it is no longer being read.
async fn once_read(ann: &Account, file: &Value) -> Value {
    let path = format!("/files/{}", text(&file["id"]));
    eventually("a file to be read", async || {
        let file = ann.get(&path).await.expect(200);
        (file["status"] != "processing").then_some(file)
    })
    .await
}

async fn a_spent_budget_refuses_every_purpose(stead: Stead) {
    let ann = stead.register("ann").await;
    stead.script().answers([costing(100, 0), costing(100, 0)]);
    let talk = ann.talk().await;
    talk.say("The first words.").await.expect(201);
    for (path, spent) in [
        ("/organization".to_owned(), json!({"ai_budget": 100})),
        (format!("/users/{}", ann.id()), json!({"ai_budget": 100})),
    ] {
        ann.patch(&path, spent).await.expect(200);
        let asked = stead.llm().requests().len();
        talk.say("another").await.refused(409, "ai_budget_used_up");
        let answer = &talk.messages().await[1];
        let again = talk.at(&format!("/messages/{}/regenerate", text(&answer["id"])));
        ann.post_nothing(&again).await.refused(409, "ai_budget_used_up");
        // What is made by the model is made without it: nothing is tried again and again.
        assert_eq!(ann.post_nothing(&talk.at("/generate_title")).await.expect(200)["title"], "The first words.");
        for (name, bytes) in [
            ("pear.png", documents::huge_png(20, 10)),
            ("call.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec()),
            ("long.txt", "Something about orchards and ladders. ".repeat(100).into_bytes()),
        ] {
            let read = once_read(&ann, &ann.upload(name, bytes).await).await;
            assert_eq!(read["status"], "ready", "{read}");
        }
        assert_eq!(stead.llm().requests().len(), asked, "no model is asked");
        assert!(stead.llm().recordings().is_empty());
        ann.patch(&path, json!({"ai_budget": null})).await.expect(200);
    }
    assert_eq!(tokens(&usage(&ann, "purpose").await), [("turn".to_owned(), 100)]);
    assert!(stead.llm().requests().iter().all(|request| request.purpose == Purpose::Answer));
}

/// Two messages, of which the second waits for the first; then something happens, and the first is answered.
async fn while_one_waits(stead: &Stead, ann: &Account, happens: impl AsyncFnOnce()) -> (Value, Talk) {
    let (talk, gate) = (ann.talk().await, Gate::new());
    stead.script().answers([costing(100, 0).behind(&gate), costing(1, 0)]);
    let first = talk.send("one").await;
    gate.reached().await;
    let second = talk.send("two").await;
    happens().await;
    gate.open();
    assert_eq!(talk.ended(text(&first["id"])).await["status"], "completed");
    (talk.ended(text(&second["id"])).await, talk)
}

async fn what_waits_is_refused_when_its_turn_comes(stead: Stead) {
    let ann = stead.register("ann").await;
    ann.patch("/organization", json!({"ai_budget": 100})).await.expect(200);
    let (run, talk) = while_one_waits(&stead, &ann, async || ()).await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("ai_budget_used_up")), "{run}");
    assert_eq!(stead.script().asked().len(), 1);
    // The message is kept, and answered when it may be.
    assert_eq!(talk.messages().await.len(), 4);
    ann.patch("/organization", json!({"ai_budget": null})).await.expect(200);
    let answer = talk.messages().await.pop().unwrap();
    ann.post_nothing(&talk.at(&format!("/messages/{}/regenerate", text(&answer["id"])))).await.expect(201);
}

async fn what_waits_is_refused_when_ai_is_switched_off(stead: Stead) {
    let ann = stead.register("ann").await;
    let off = async || {
        ann.patch("/organization", json!({"ai_enabled": false})).await.expect(200);
    };
    let (run, _) = while_one_waits(&stead, &ann, off).await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("ai_disabled")), "{run}");
}

async fn a_turn_with_tools_ends_when_the_budget_does(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "auto").await;
    // The first round uses 15.
    ann.patch("/organization", json!({"ai_budget": 15})).await.expect(200);
    let first = FakeReply::text("Let me look.").and_tool_calls([("x", "kit__echo", "{}")]);
    stead.script().answers([first, costing(1, 0)]);
    stead.tools().script(FakeToolReply::text("sun"));
    let run = talk.send("weather?").await;
    let run = talk.ended(text(&run["id"])).await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("ai_budget_used_up")), "{run}");
    let answer = talk.messages().await.pop().unwrap();
    assert_eq!((&answer["content"], &answer["tool_calls"][0]["status"]), (&json!("Let me look."), &json!("succeeded")));
    assert_eq!(tokens(&usage(&ann, "channel").await), [(talk.id, 15)]);
}

async fn budgets_are_for_admins(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "member").await;
    let cat = ann.invite("cat", "member").await;
    ann.patch(&format!("/users/{}", cat.id()), json!({"ai_budget": 7})).await.expect(200);
    bob.patch(&format!("/users/{}", bob.id()), json!({"ai_budget": 1_000})).await.refused(403, "forbidden");
    bob.patch("/users/me", json!({"ai_budget": 1_000})).await.complains_about("ai_budget");
    let of_cat = format!("/users/{}", cat.id());
    assert_eq!(bob.get(&of_cat).await.expect(200)["ai_budget"], json!(null), "that of others is not shown");
    for who in [&ann, &cat] {
        assert_eq!(who.get(&of_cat).await.expect(200)["ai_budget"], 7);
    }
    assert_eq!(cat.get("/users/me").await.expect(200)["ai_budget"], 7);
}

async fn a_users_budget_is_a_whole_number(stead: Stead) {
    let ann = stead.register("ann").await;
    let path = format!("/users/{}", ann.id());
    for wrong in [json!(0), json!(-1), json!(1_000_000_000_001_i64), json!(0.5), json!("1")] {
        ann.patch(&path, json!({"ai_budget": wrong})).await.complains_about("ai_budget");
        ann.patch("/organization", json!({"ai_budget_per_user": wrong})).await.complains_about("ai_budget_per_user");
    }
}
