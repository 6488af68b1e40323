use serde_json::json;

use crate::harness::{Account, Answer, Stead};

on_both!(
    what_the_client_has_is_not_sent_again,
    a_change_is_a_new_tag,
    a_threads_tag_knows_its_messages_and_the_query,
    lists_stars_and_weak_tags,
    a_malformed_header_is_refused,
);

#[track_caller]
fn tag(answer: &Answer) -> String {
    let tag = answer.header("etag").unwrap_or_else(|| panic!("no tag: {}", answer.text()));
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    tag.to_owned()
}

async fn tag_of(account: &Account, path: &str) -> String {
    let answer = account.get(path).await;
    let tag = tag(&answer);
    answer.expect(200);
    tag
}

async fn is_known(account: &Account, path: &str, tags: &str) -> bool {
    let answer = account.get(path).header("if-none-match", tags).await;
    tag(&answer);
    match answer.status {
        200 => false,
        304 => {
            assert!(answer.body.is_empty());
            true
        }
        status => panic!("{status}: {}", answer.text()),
    }
}

async fn what_the_client_has_is_not_sent_again(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let run = talk.send("Hello").await["id"].as_str().unwrap().to_owned();
    talk.follow(&run).await.rest().await;
    let run = talk.at(&format!("/runs/{run}"));
    let agent = format!("/agents/{}", ann.default_agent());
    for path in ["/users/me", "/user/me", "/organization", &agent, &talk.path, &run] {
        let tag = tag_of(&ann, path).await;
        assert_eq!(tag, tag_of(&ann, path).await, "{path}");
        assert!(is_known(&ann, path, &tag).await, "{path}");
        assert!(!is_known(&ann, path, "\"another\"").await, "{path}");
        let compressed = ann.get(path).header("if-none-match", &tag).header("accept-encoding", "gzip").await;
        compressed.expect(304);
    }
    // Who may not see it is not told that they have it.
    let stranger = stead.register("bob").await;
    for path in [&agent, &talk.path] {
        stranger.get(path).header("if-none-match", "*").await.refused(404, "not_found");
    }
    stead.stranger().get("/users/me").header("if-none-match", "*").await.refused(401, "unauthorized");
}

async fn a_change_is_a_new_tag(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let agent = format!("/agents/{}", ann.default_agent());
    for (path, patch) in [
        ("/users/me", json!({"bio": "new"})),
        ("/organization", json!({"name": "New"})),
        (&agent, json!({"description": "new"})),
        (&talk.path, json!({"metadata": {"new": true}})),
    ] {
        let before = tag_of(&ann, path).await;
        let changed = ann.patch(path, patch).await;
        assert_ne!(tag(&changed), before, "{path}");
        assert_eq!(tag(&changed), tag_of(&ann, path).await, "{path}");
        changed.expect(200);
        assert!(!is_known(&ann, path, &before).await, "{path}");
    }
}

async fn a_threads_tag_knows_its_messages_and_the_query(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let short = format!("{}?message_limit=10", talk.path);
    let (usual, limited) = (tag_of(&ann, &talk.path).await, tag_of(&ann, &short).await);
    assert_ne!(usual, limited);
    assert!(!is_known(&ann, &short, &usual).await);
    let spelled_out = format!("{}?message_limit=50", talk.path);
    assert!(is_known(&ann, &spelled_out, &usual).await);
    talk.say("Hello").await.expect(201);
    assert!(!is_known(&ann, &talk.path, &usual).await);
    assert!(!is_known(&ann, &short, &limited).await);
}

async fn lists_stars_and_weak_tags(stead: Stead) {
    let ann = stead.register("ann").await;
    let tag = tag_of(&ann, "/users/me").await;
    for known in ["*".to_owned(), format!("W/{tag}"), format!("\"a\", {tag}"), format!("{tag},\"b,c\"")] {
        assert!(is_known(&ann, "/users/me", &known).await, "{known}");
    }
    for unknown in ["\"\"", "\"a\", W/\"b\"", "\"1\""] {
        assert!(!is_known(&ann, "/users/me", unknown).await, "{unknown}");
    }
}

async fn a_malformed_header_is_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    for malformed in ["abc", "\"abc", "W/abc", "\"a\" \"b\"", "*, \"a\"", ""] {
        ann.get("/users/me").header("if-none-match", malformed).await.complains_about("if-none-match");
        let patch = ann.patch("/users/me", json!({})).header("if-match", malformed);
        patch.await.complains_about("if-match");
    }
}
