use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Account, Stead};

on_both!(
    a_change_follows_the_version_it_expects,
    stars_lists_and_weak_tags,
    a_message_does_not_stand_in_the_way,
    of_many_at_once_one_is_first,
    what_is_not_there_is_not_found,
);

/// What can be changed, with two changes of it.
async fn changeable(ann: &Account) -> Vec<(String, Value, Value)> {
    let talk = ann.talk().await;
    vec![
        ("/users/me".to_owned(), json!({"bio": "one"}), json!({"bio": "two"})),
        ("/organization".to_owned(), json!({"name": "one"}), json!({"name": "two"})),
        (format!("/agents/{}", ann.default_agent()), json!({"description": "one"}), json!({"description": "two"})),
        (talk.path, json!({"title": "one"}), json!({"title": "two"})),
    ]
}

async fn tag_of(account: &Account, path: &str) -> String {
    account.get(path).await.header("etag").expect("a tag").to_owned()
}

async fn a_change_follows_the_version_it_expects(stead: Stead) {
    let ann = stead.register("ann").await;
    for (path, one, two) in changeable(&ann).await {
        let first = tag_of(&ann, &path).await;
        let changed = ann.patch(&path, one).header("if-match", &first).await;
        let second = changed.header("etag").expect("a tag").to_owned();
        let changed = changed.expect(200);
        ann.patch(&path, two.clone()).header("if-match", &first).await.refused(412, "precondition_failed");
        assert_eq!(ann.get(&path).await.expect(200), changed, "{path}");
        ann.patch(&path, two).header("if-match", &second).await.expect(200);
    }
}

async fn stars_lists_and_weak_tags(stead: Stead) {
    let ann = stead.register("ann").await;
    for (path, one, two) in changeable(&ann).await {
        for no in ["\"\"", "\"x\"", "\"999-00\", W/\"1-00\"", "\"1\""] {
            ann.patch(&path, one.clone()).header("if-match", no).await.refused(412, "precondition_failed");
        }
        let tag = tag_of(&ann, &path).await;
        ann.patch(&path, one.clone()).header("if-match", &format!("W/{tag}")).await.refused(412, "precondition_failed");
        ann.patch(&path, one.clone()).header("if-match", &format!("\"x\", {tag}")).await.expect(200);
        ann.patch(&path, two.clone()).header("if-match", "*").await.expect(200);
        ann.patch(&path, one.clone()).await.expect(200);
        // What is wrong in itself, and what may not be done, is told first.
        ann.patch(&path, json!({"nothing": 1})).header("if-match", "\"x\"").await.refused(400, "invalid_request");
        let stranger = stead.stranger().patch(&path, one).header("if-match", "\"x\"");
        stranger.await.refused(401, "unauthorized");
    }
}

/// The version is that of what a PATCH changes: title, flag, metadata.
async fn a_message_does_not_stand_in_the_way(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let tag = tag_of(&ann, &talk.path).await;
    talk.say("Hello").await.expect(201);
    assert_ne!(tag_of(&ann, &talk.path).await, tag);
    ann.patch(&talk.path, json!({"archived": true})).header("if-match", &tag).await.expect(200);
}

async fn of_many_at_once_one_is_first(stead: Stead) {
    let ann = stead.register("ann").await;
    for (path, one, _) in changeable(&ann).await {
        let tag = tag_of(&ann, &path).await;
        let patches = (0..8).map(|_| ann.patch(&path, one.clone()).header("if-match", &tag).into_future());
        let mut statuses: Vec<u16> = join_all(patches).await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412], "{path}");
    }
}

async fn what_is_not_there_is_not_found(stead: Stead) {
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    for (path, one, _) in changeable(&ann).await.split_off(2) {
        bob.patch(&path, one).header("if-match", "\"x\"").await.refused(404, "not_found");
    }
}
