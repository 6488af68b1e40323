//! What the main bodies look like. Ids become numbers in the order they appear, so that the same id is seen to be the
//! same; times and tokens become words.

use serde_json::{Value, json};
use stead_testkit::fakes::FakeReply;

use crate::harness::{Stead, account::registration};

on_both!(accounts, agents, a_conversation, a_stream, errors);

/// The value with everything in it that differs from run to run replaced.
fn stable(value: &Value, ids: &mut Vec<String>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| stable(item, ids)).collect(),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let kept = match (name.as_str(), value) {
                    // A database may keep its fields in an order of its own.
                    ("metadata", Value::Object(kept)) => {
                        let mut sorted: Vec<_> = kept.iter().collect();
                        sorted.sort_by_key(|(name, _)| *name);
                        let sorted = sorted.into_iter().map(|(name, value)| (name.clone(), stable(value, ids)));
                        Value::Object(sorted.collect())
                    }
                    ("access_token" | "refresh_token", Value::String(_)) => json!("[token]"),
                    ("request_id", _) => json!("[request id]"),
                    (name, Value::String(_)) if name.ends_with("_at") => json!("[time]"),
                    _ => stable(value, ids),
                };
                (name.clone(), kept)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        Value::String(text) if text.parse::<uuid::Uuid>().is_ok() => {
            let known = ids.iter().position(|id| id == text).unwrap_or_else(|| {
                ids.push(text.clone());
                ids.len() - 1
            });
            json!(format!("[id {known}]"))
        }
        other => other.clone(),
    }
}

fn shown(value: &Value) -> Value {
    stable(value, &mut Vec::new())
}

async fn accounts(stead: Stead) {
    let account = stead.stranger().post("/auth/register", registration("ann")).await.expect(201);
    insta::assert_json_snapshot!("register", shown(&account));
}

async fn agents(stead: Stead) {
    let ann = stead.register("ann").await;
    insta::assert_json_snapshot!("agents", shown(&ann.get("/agents").await.expect(200)));
}

async fn a_conversation(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    insta::assert_json_snapshot!("new_thread", shown(&talk.thread));
    stead.script().answers([FakeReply::text("Hello **Ann**")]);
    let answer = talk.say("Hi").await.expect(201);
    insta::assert_json_snapshot!("answer", shown(&answer));
    insta::assert_json_snapshot!("thread", shown(&talk.read().await));
    insta::assert_json_snapshot!("run", shown(&talk.run(answer["metadata"]["run_id"].as_str().unwrap()).await));
    insta::assert_json_snapshot!("messages", shown(&ann.get(&talk.at("/messages?limit=1")).await.expect(200)));
}

async fn a_stream(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::pieces(["Hello"])]);
    let events = talk.stream("Hi").await.rest().await;
    let events: Vec<Value> =
        events.iter().map(|event| json!({"id": event.id, "event": event.name, "data": event.data})).collect();
    insta::assert_json_snapshot!("stream", shown(&json!(events)));
}

async fn errors(stead: Stead) {
    let ann = stead.register("ann").await;
    let refusals = [
        ann.post("/agents", json!({"handle": "-", "display_name": "", "surprise": 1})).await,
        ann.get("/agents?limit=0&surprise=1").await,
        stead.stranger().get("/users/me").await,
        ann.get("/agents/01890000-0000-7000-8000-000000000000").await,
        ann.post_nothing("/users/me").await,
        ann.delete(&format!("/agents/{}", ann.default_agent())).await,
    ];
    let refusals: Vec<Value> = refusals.iter().map(|one| json!({"status": one.status, "body": one.json()})).collect();
    insta::assert_json_snapshot!("errors", shown(&json!(refusals)));
}
