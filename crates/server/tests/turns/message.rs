use serde_json::json;

use crate::harness::{Setup, Stead};

on_both!(
    a_message_has_one_to_forty_thousand_characters,
    what_was_written_is_kept_as_it_was,
    other_roles_are_not_ours_to_send_yet,
    what_comes_later_is_refused_as_unknown,
    a_persons_metadata_is_kept,
);

async fn a_message_has_one_to_forty_thousand_characters(setup: Setup) {
    // A context in which forty thousand of the dearest characters have room.
    let stead = setup.setting("STEAD_LLM__CONTEXT_TOKENS", 200_000).start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let longest = "𝄞".repeat(40_000);
    talk.say(&longest).await.expect(201);
    talk.say(&format!("{longest}x")).await.complains_about("content");
    talk.say("").await.complains_about("content");
    ann.post(&talk.at("/messages"), json!({})).await.complains_about("content");
    ann.post(&talk.at("/messages"), json!({"content": null})).await.complains_about("content");
    let html = json!({"content": "x", "content_html": "x".repeat(160_001)});
    ann.post(&talk.at("/messages"), html).await.complains_about("content_html");
    assert_eq!(talk.messages().await[0]["content"], longest);
    assert_eq!(talk.messages().await.len(), 2, "what was refused left nothing");
}

async fn what_was_written_is_kept_as_it_was(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    for content in [
        " ",
        "\n\r\n\t",
        "e\u{301} é",
        "\u{202e}right to left",
        "\u{feff}bom",
        "\u{10ffff}\u{1}",
        "'; DROP TABLE x; --",
    ] {
        assert_eq!(talk.say(content).await.expect(201)["content"], content);
        assert_eq!(stead.script().asked().pop().map(|asked| crate::harness::script::asked(&asked)).unwrap(), content);
    }
}

async fn other_roles_are_not_ours_to_send_yet(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let path = talk.at("/messages");
    for role in ["assistant", "system"] {
        ann.post(&path, json!({"content": "x", "role": role})).await.refused(403, "forbidden");
    }
    for role in [json!("tool"), json!("User"), json!(""), json!(1)] {
        ann.post(&path, json!({"content": "x", "role": role})).await.complains_about("role");
    }
    assert!(talk.messages().await.is_empty());
    ann.post(&path, json!({"content": "x", "role": "user"})).await.expect(201);
    ann.post(&path, json!({"content": "x", "role": null})).await.expect(201);
}

async fn what_comes_later_is_refused_as_unknown(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    for field in ["client_id", "attachments", "id", "status", "surprise"] {
        ann.post(&talk.at("/messages"), json!({"content": "x", field: null})).await.refused(400, "invalid_request");
    }
    let answer = talk.say("x").await.expect(201);
    let (message, run) = (answer["id"].as_str().unwrap(), answer["metadata"]["run_id"].as_str().unwrap());
    for later in [format!("/messages/{message}/pin"), format!("/runs/{run}/resume")] {
        ann.post(&talk.at(&later), json!({})).await.refused(404, "not_found");
    }
    assert_eq!(talk.messages().await.len(), 2);
}

async fn a_persons_metadata_is_kept(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let metadata = json!({"client": {"version": [1, 2]}, "n": 1.25});
    ann.post(&talk.at("/messages"), json!({"content": "x", "metadata": metadata})).await.expect(201);
    assert_eq!(talk.messages().await[0]["metadata"], metadata);
    let large = json!({"content": "x", "metadata": {"k": "x".repeat(16 * 1024)}});
    ann.post(&talk.at("/messages"), large).await.complains_about("metadata");
}
