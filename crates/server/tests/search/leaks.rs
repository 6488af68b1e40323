//! What a search never shows.

use serde_json::json;
use stead_testkit::fakes::FakeReply;

use super::{names, once_found, results};
use crate::harness::{Account, Stead, talk::text};

on_both!(
    nobody_finds_what_others_said,
    what_is_not_kept_is_not_found,
    a_key_finds_what_its_scopes_cover,
    whoever_was_removed_finds_nothing,
);

/// Says something with a word that is nowhere else, and leaves a file with it in the thread.
async fn hides(stead: &Stead, account: &Account, word: &str) {
    let file = account.upload(&format!("{word}.txt"), &format!("The {word} is in the file.")).await;
    let talk = account.talk().await;
    stead.script().answers([FakeReply::text(format!("I keep the {word}."))]);
    let said = json!({"content": format!("Keep the {word}."), "file_ids": [file["id"]]});
    let messages = format!("/chat/default/threads/{}/messages", talk.id);
    account.post(&messages, said).await.expect(201);
    once_found(account, &format!("q={word}"), 3).await;
}

async fn nobody_finds_what_others_said(stead: Stead) {
    let (ann, stranger) = (stead.register("ann").await, stead.register("stranger").await);
    let (ben, admin) = (ann.invite("ben", "member").await, ann.invite("admin", "admin").await);
    hides(&stead, &ben, "canary").await;
    for other in [&ann, &admin, &stranger] {
        assert!(results(other, "q=canary").await.is_empty());
        assert!(results(other, &format!("q=canary&from_user_id={}", ben.id())).await.is_empty());
        assert!(results(other, "q=canary&type=file").await.is_empty());
        let thread = &results(&ben, "q=keep&type=message").await[0]["message"]["thread_id"];
        let foreign = other.get(&format!("/search?q=canary&channel_id={}", text(thread))).await.expect(200);
        let unknown = "0197a3c4-5d6e-7f80-9a1b-000000000099";
        let nothing = other.get(&format!("/search?q=canary&channel_id={unknown}")).await.expect(200);
        assert_eq!(foreign, nothing);
    }
}

async fn what_is_not_kept_is_not_found(stead: Stead) {
    let ann = stead.register("ann").await;
    hides(&stead, &ann, "canary").await;
    ann.patch("/organization", json!({"retention_days": 1})).await.expect(200);
    assert_eq!(names(&ann, "q=canary").await.len(), 3, "all of it is new");
    ann.patch("/organization", json!({"retention_days": null})).await.expect(200);
}

async fn a_key_finds_what_its_scopes_cover(stead: Stead) {
    let ann = stead.register("ann").await;
    hides(&stead, &ann, "canary").await;
    let key = async |scopes: &[&str]| {
        let key = ann.post("/api-keys", json!({"name": "A key", "scopes": scopes})).await.expect(201);
        ann.with_token(text(&key["secret"]))
    };
    let found = async |scopes: &[&str], query: &str| {
        let page = key(scopes).await.get(&format!("/search?{query}")).await.expect(200);
        page["results"].as_array().unwrap().len()
    };
    assert_eq!(found(&["channels:read"], "q=canary").await, 0);
    assert_eq!(found(&["channels:read", "threads:read"], "q=canary").await, 2);
    assert_eq!(found(&["channels:read", "files:read"], "q=canary").await, 1);
    assert_eq!(found(&["admin"], "q=canary").await, 3);
    key(&["threads:read", "files:read"]).await.get("/search?q=canary").await.refused(403, "forbidden");
    key(&["channels:read"]).await.get("/search?q=canary&type=file").await.refused(403, "forbidden");
}

async fn whoever_was_removed_finds_nothing(stead: Stead) {
    let ann = stead.register("ann").await;
    let ben = ann.invite("ben", "member").await;
    hides(&stead, &ben, "canary").await;
    ann.patch(&format!("/users/{}", ben.id()), json!({"deactivated": true})).await.expect(200);
    ben.get("/search?q=canary").await.refused(401, "unauthorized");
    ben.without_token().get("/search?q=canary").await.refused(401, "unauthorized");
}
