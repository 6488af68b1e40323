use serde_json::{Value, json};

use crate::harness::Stead;

on_both!(a_thread_comes_with_its_latest_messages, a_thread_is_found_under_its_own_agent_alone);

async fn a_thread_comes_with_its_latest_messages(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    for number in 0..2 {
        talk.say(&format!("m{number}")).await.expect(201);
    }
    let thread = talk.read().await;
    assert_eq!(thread["message_count"], 4);
    assert_eq!(thread["messages"], json!(talk.messages().await));
    let newest = thread["messages"][3]["created_at"].as_str().unwrap();
    assert!(thread["last_activity_at"].as_str().unwrap() >= newest);
    let latest = ann.get(&talk.at("?message_limit=1")).await.expect(200);
    let contents: Vec<&Value> = latest["messages"].as_array().unwrap().iter().map(|one| &one["content"]).collect();
    assert_eq!((contents, &latest["message_count"]), (vec![&json!("m1")], &json!(4)));
    for wrong in ["0", "101", "-1", "x", ""] {
        ann.get(&talk.at(&format!("?message_limit={wrong}"))).await.complains_about("message_limit");
    }
    for wrong in ["none", "", "All", "true"] {
        ann.get(&talk.at(&format!("?branches={wrong}"))).await.complains_about("branches");
    }
}

async fn a_thread_is_found_under_its_own_agent_alone(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let helper = ann.agent("helper").await;
    ann.get(&format!("/chat/{}/threads/{}", ann.default_agent(), talk.id)).await.expect(200);
    let elsewhere = format!("/chat/{}/threads/{}", helper["id"].as_str().unwrap(), talk.id);
    ann.get(&elsewhere).await.refused(404, "not_found");
    ann.delete(&elsewhere).await.refused(404, "not_found");
    ann.post(&format!("{elsewhere}/messages"), json!({"content": "x"})).await.refused(404, "not_found");
    // Ids are compared as ids, not as texts.
    ann.get(&format!("/chat/default/threads/{}", talk.id.to_uppercase())).await.expect(200);
}
