use serde_json::{Value, json};

use super::{made, mine, path};
use crate::harness::Stead;

on_both!(
    a_channel_is_made_read_changed_and_deleted,
    a_name_is_taken_in_any_case,
    what_is_wrong_with_a_new_channel_is_told,
    public_channels_are_listed_for_everybody,
    a_public_channel_is_closed_and_opened,
    a_repeat_makes_one_channel,
    a_change_may_expect_a_version,
);

async fn a_channel_is_made_read_changed_and_deleted(stead: Stead) {
    let ann = stead.register("ann").await;
    let body = json!({"name": " #Plans ", "kind": "private", "topic": "What is next"});
    let channel = ann.post("/channels", body).await.expect(201);
    for (field, expected) in [
        ("name", json!("Plans")),
        ("kind", json!("private")),
        ("topic", json!("What is next")),
        ("ai_channel", json!(false)),
        ("agent_id", Value::Null),
        ("agent_personality", Value::Null),
        ("created_by", json!(ann.id())),
        ("member_count", json!(1)),
        ("role", json!("admin")),
        ("organization_id", ann.organization["id"].clone()),
    ] {
        assert_eq!(channel[field], expected, "{field}");
    }
    let at = path(&channel);
    assert_eq!(ann.get(&at).await.expect(200), channel);
    let changes = json!({"name": "Deeds", "topic": "", "agent_id": ann.default_agent(), "agent_personality": "Terse."});
    let changed = ann.patch(&at, changes.clone()).await.expect(200);
    for field in ["name", "topic", "agent_id", "agent_personality"] {
        assert_eq!(changed[field], changes[field], "{field}");
    }
    let cleared = ann.patch(&at, json!({"agent_id": null, "agent_personality": null})).await.expect(200);
    assert_eq!((&cleared["agent_id"], &cleared["agent_personality"]), (&Value::Null, &Value::Null));
    let own = ann.agent("own").await;
    ann.patch(&at, json!({"agent_id": own["id"]})).await.complains_about("agent_id");
    ann.patch(&at, json!({"name": null})).await.complains_about("name");
    ann.patch(&at, json!({"name": "\u{0}"})).await.refused(400, "invalid_request");
    ann.patch(&at, json!({"kind": "direct"})).await.complains_about("kind");
    ann.patch(&at, json!({"nothing": 1})).await.complains_about("nothing");
    ann.delete(&at).await.expect(204);
    ann.get(&at).await.refused(404, "not_found");
    ann.delete(&at).await.refused(404, "not_found");
    assert!(!mine(&ann).await.contains(&json!("Deeds")));
}

async fn a_name_is_taken_in_any_case(stead: Stead) {
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    let plans = made(&ann, "Plans", "private").await;
    ann.post("/channels", json!({"name": "PLANS"})).await.refused(409, "name_taken");
    ann.post("/channels", json!({"name": "General"})).await.refused(409, "name_taken");
    made(&bob, "plans", "public").await;
    let other = made(&ann, "Other", "public").await;
    ann.patch(&other, json!({"name": "pLans"})).await.refused(409, "name_taken");
    ann.patch(&plans, json!({"name": "PLANS"})).await.expect(200);
    ann.delete(&plans).await.expect(204);
    ann.patch(&other, json!({"name": "pLans"})).await.expect(200);
}

async fn what_is_wrong_with_a_new_channel_is_told(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let elsewhere = stead.register("bob").await;
    let nobody = "01890000-0000-7000-8000-000000000000";
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": " # "}), "name"),
        (json!({"name": "x".repeat(81)}), "name"),
        (json!({"name": "a\nb"}), "name"),
        (json!({"name": "x", "topic": "x".repeat(1001)}), "topic"),
        (json!({"name": "x", "kind": "assistant"}), "kind"),
        (json!({"name": "x", "user_ids": ["x"]}), "user_ids"),
        (json!({"name": "x", "user_ids": vec![nobody; 101]}), "user_ids"),
        (json!({"name": "x", "color": 1}), "color"),
        (json!({"kind": "direct", "name": "x", "user_ids": [mia.id()]}), "name"),
        (json!({"kind": "direct"}), "user_ids"),
        (json!({"kind": "direct", "user_ids": [ann.id()]}), "user_ids"),
        (json!({"kind": "direct", "user_ids": [mia.id(), nobody]}), "user_ids"),
        (json!({"kind": "group", "user_ids": [mia.id(), mia.id(), ann.id()]}), "user_ids"),
    ] {
        ann.post("/channels", body.clone()).await.complains_about(field);
    }
    for kind in ["direct", "private"] {
        for somebody in [nobody, elsewhere.id()] {
            let body = json!({"kind": kind, "user_ids": [somebody], "name": (kind == "private").then_some("x")});
            ann.post("/channels", body).await.refused(404, "not_found");
        }
    }
}

async fn public_channels_are_listed_for_everybody(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    made(&ann, "open", "public").await;
    made(&ann, "closed", "private").await;
    let body = json!({"name": "ours", "kind": "private", "user_ids": [mia.id()]});
    ann.post("/channels", body).await.expect(201);
    let names = async |query: &str| {
        let page = mia.get(&format!("/channels{query}")).await.expect(200);
        let names: Vec<Value> = page["channels"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
        (names, page["next_before"].clone())
    };
    let (all, more) = names("").await;
    assert_eq!(
        (all, more),
        (vec![json!("general"), json!("The mia's Agent"), json!("open"), json!("ours")], Value::Null)
    );
    let (last, before) = names("?limit=1").await;
    assert_eq!(last, [json!("ours")]);
    assert_eq!(names(&format!("?limit=1&before={}", before.as_str().unwrap())).await.0, [json!("open")]);
    mia.get("/channels?limit=101").await.complains_about("limit");
}

async fn a_public_channel_is_closed_and_opened(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let channel = made(&ann, "plans", "public").await;
    mia.get(&channel).await.expect(200);
    ann.patch(&channel, json!({"kind": "private"})).await.expect(200);
    mia.get(&channel).await.refused(403, "forbidden");
    mia.post_nothing(&format!("{channel}/join")).await.refused(403, "forbidden");
    ann.patch(&channel, json!({"kind": "public"})).await.expect(200);
    assert_eq!(mia.post_nothing(&format!("{channel}/join")).await.expect(200)["role"], "member");
    assert_eq!(mia.post_nothing(&format!("{channel}/join")).await.expect(200)["member_count"], 2);
}

async fn a_repeat_makes_one_channel(stead: Stead) {
    let ann = stead.register("ann").await;
    let make = async |name: &str| {
        let call = ann.post("/channels", json!({"name": name})).header("Idempotency-Key", "once");
        call.await
    };
    let first = make("plans").await.expect(201);
    assert_eq!(make("plans").await.expect(201), first);
    make("deeds").await.refused(409, "idempotency_mismatch");
    ann.delete(&path(&first)).await.expect(204);
    make("plans").await.refused(404, "not_found");
}

async fn a_change_may_expect_a_version(stead: Stead) {
    let ann = stead.register("ann").await;
    let channel = made(&ann, "plans", "public").await;
    let read = ann.get(&channel).await;
    let tag = read.header("etag").unwrap().to_owned();
    assert_eq!(ann.get(&channel).header("If-None-Match", &tag).await.status, 304);
    let change = async |topic: &str| ann.patch(&channel, json!({"topic": topic})).header("If-Match", &tag).await;
    change("one").await.expect(200);
    change("two").await.refused(412, "precondition_failed");
}
