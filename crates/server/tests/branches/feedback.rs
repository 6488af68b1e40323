use serde_json::{Value, json};

use super::{all, regenerate};
use crate::harness::{Account, Stead, Talk, call::Call, talk::text};

on_both!(
    feedback_is_shown_with_its_answer,
    what_is_said_last_counts,
    feedback_is_for_answers,
    feedback_is_for_its_person_alone,
    feedback_has_bounds,
);

fn rate(account: &Account, talk: &Talk, message: &Value, feedback: Value) -> Call {
    account.put(&talk.at(&format!("/messages/{}/feedback", text(message))), feedback)
}

async fn feedback_is_shown_with_its_answer(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = talk.say("one").await.expect(201);
    assert_eq!(answer["feedback"], json!(null));
    let tag = ann.get(&talk.path).await.header("etag").unwrap().to_owned();
    let said = rate(&ann, &talk, &answer["id"], json!({"rating": "up", "comment": "Good.\n🙂"})).await.expect(200);
    assert_eq!((&said["rating"], &said["comment"]), (&json!("up"), &json!("Good.\n🙂")));
    assert_eq!(talk.messages().await[1]["feedback"], said);
    assert_eq!(talk.messages().await[0]["feedback"], json!(null));
    assert_eq!(talk.read().await["messages"][1]["feedback"], said);
    assert_eq!(ann.get("/chat/default/threads").await.expect(200)[0]["messages"][1]["feedback"], said);
    assert_ne!(ann.get(&talk.path).await.header("etag"), Some(tag.as_str()));
    // It stays with that answer when another takes its place.
    regenerate(&ann, &talk, &answer["id"]).await.expect(201);
    let feedback: Vec<Value> = all(&ann, &talk).await.iter().map(|one| one["feedback"].clone()).collect();
    assert_eq!(feedback, [json!(null), said, json!(null)]);
}

async fn what_is_said_last_counts(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = talk.say("one").await.expect(201);
    rate(&ann, &talk, &answer["id"], json!({"rating": "up", "comment": "Good."})).await.expect(200);
    let last = rate(&ann, &talk, &answer["id"], json!({"rating": "down"})).await.expect(200);
    assert_eq!((&last["rating"], &last["comment"]), (&json!("down"), &json!(null)));
    assert_eq!(talk.messages().await[1]["feedback"], last);
}

async fn feedback_is_for_answers(stead: Stead) {
    let ann = stead.register("ann").await;
    let (talk, other) = (ann.talk().await, ann.talk().await);
    let answer = talk.say("one").await.expect(201);
    let elsewhere = other.say("one").await.expect(201);
    let up = json!({"rating": "up"});
    rate(&ann, &talk, &answer["parent_id"], up.clone()).await.complains_about("message_id");
    rate(&ann, &talk, &elsewhere["id"], up.clone()).await.refused(404, "not_found");
    rate(&ann, &talk, &json!("0197a3c4-5d6e-7f80-9a1b-000000000009"), up.clone()).await.refused(404, "not_found");
    rate(&ann, &talk, &json!("x"), up).await.complains_about("message_id");
}

async fn feedback_is_for_its_person_alone(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let talk = mia.talk().await;
    let answer = talk.say("one").await.expect(201);
    rate(&ann, &talk, &answer["id"], json!({"rating": "up"})).await.refused(404, "not_found");
    rate(&mia, &talk, &answer["id"], json!({"rating": "down", "comment": "Hm."})).await.expect(200);
    for path in [talk.path.clone(), talk.at("/messages"), "/chat/default/threads?scope=organization".to_owned()] {
        let seen = ann.get(&path).await.expect(200).to_string();
        assert!(seen.contains(text(&answer["id"])), "{path}");
        assert!(!seen.contains("Hm.") && !seen.contains("feedback"), "{path}: {seen}");
    }
}

async fn feedback_has_bounds(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = talk.say("one").await.expect(201);
    let rate = |feedback| rate(&ann, &talk, &answer["id"], feedback);
    rate(json!({"rating": "up", "comment": "é".repeat(2_000)})).await.expect(200);
    rate(json!({"rating": "up", "comment": "é".repeat(2_001)})).await.complains_about("comment");
    rate(json!({"rating": "up", "comment": ""})).await.complains_about("comment");
    rate(json!({"rating": "good"})).await.complains_about("rating");
    rate(json!({"comment": "x"})).await.complains_about("rating");
    rate(json!({"rating": "up", "stars": 5})).await.complains_about("stars");
}
