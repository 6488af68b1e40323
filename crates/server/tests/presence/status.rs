//! What people set of themselves.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::json;
use stead_domain::Timestamp;
use stead_testkit::fakes::FakeClock;

use super::at;
use crate::harness::{Setup, Stead};

on_both!(
    what_is_absent_stays,
    what_is_wrong_is_said,
    an_emoji_is_kept_in_one_way_of_writing,
    a_status_is_set_by_oneself_alone,
    a_status_ends_when_it_says,
    many_changes_at_once_are_all_kept,
    a_status_goes_with_its_user,
);

async fn what_is_absent_stays(stead: Stead) {
    let ann = stead.register("ann").await;
    let path = at(&ann, "status");
    let mut expected = json!({
        "user_id": ann.id(), "status": "auto", "text": null, "emoji": null, "expires_at": null, "ai_replies": true,
    });
    assert_eq!(ann.get(&path).await.expect(200), expected);
    for change in [
        json!({"status": "do_not_disturb"}),
        json!({"text": "In a meeting"}),
        json!({"emoji": "📅"}),
        json!({"expires_at": "2999-01-01T00:00:00.000000Z"}),
        json!({"ai_replies": false}),
        json!({}),
        json!({"text": null}),
        json!({"emoji": null, "expires_at": null}),
        json!({"status": "auto", "ai_replies": true}),
    ] {
        for (field, value) in change.as_object().unwrap() {
            expected[field] = value.clone();
        }
        assert_eq!(ann.put(&path, change).await.expect(200), expected);
        assert_eq!(ann.get(&path).await.expect(200), expected);
    }
}

async fn what_is_wrong_is_said(stead: Stead) {
    let ann = stead.register("ann").await;
    let path = at(&ann, "status");
    for (field, body) in [
        ("status", json!({"status": "busy"})),
        ("status", json!({"status": null})),
        ("ai_replies", json!({"ai_replies": null})),
        ("ai_replies", json!({"ai_replies": "yes"})),
        ("text", json!({"text": ""})),
        ("text", json!({"text": "x".repeat(101)})),
        ("text", json!({"text": "a\u{0}b"})),
        ("emoji", json!({"emoji": ""})),
        ("emoji", json!({"emoji": "🙂🙂"})),
        ("emoji", json!({"emoji": ":smile:"})),
        ("emoji", json!({"emoji": "1"})),
        ("expires_at", json!({"expires_at": "tomorrow"})),
        ("expires_at", json!({"expires_at": "2020-01-01T00:00:00Z"})),
        ("mood", json!({"mood": "fine"})),
    ] {
        ann.put(&path, body).await.complains_about(field);
    }
    assert_eq!(ann.get(&path).await.expect(200)["text"], json!(null));
}

async fn an_emoji_is_kept_in_one_way_of_writing(stead: Stead) {
    let ann = stead.register("ann").await;
    let path = at(&ann, "status");
    for (written, kept) in [("❤️", "\u{2764}"), ("🏳️‍🌈", "\u{1F3F3}\u{200D}\u{1F308}"), ("👍🏽", "👍🏽"), ("🇩🇪", "🇩🇪")]
    {
        assert_eq!(ann.put(&path, json!({"emoji": written})).await.expect(200)["emoji"], kept);
    }
}

async fn a_status_is_set_by_oneself_alone(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    ann.put(&at(&mia, "status"), json!({"text": "Lazy"})).await.refused(403, "forbidden");
    let bob = stead.register("bob").await;
    bob.put(&at(&mia, "status"), json!({"text": "Lazy"})).await.refused(404, "not_found");
    bob.put("/users/me/status", json!({"text": "Lazy"})).await.complains_about("user_id");
    assert_eq!(mia.get(&at(&mia, "status")).await.expect(200)["text"], json!(null));
}

async fn a_status_ends_when_it_says(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    clock.set(Timestamp::EPOCH.plus(Duration::from_secs(4_000_000_000)));
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let path = at(&ann, "status");
    let lunch = json!({"status": "away", "text": "At lunch", "emoji": "🍜", "ai_replies": false,
        "expires_at": "2096-10-02T07:11:40.000000Z"});
    ann.put(&path, lunch).await.expect(200);
    clock.advance(Duration::from_secs(299));
    let before = ann.get(&path).await.expect(200);
    assert_eq!((&before["status"], &before["text"]), (&json!("away"), &json!("At lunch")));
    clock.advance(Duration::from_secs(2));
    let ended = json!({
        "user_id": ann.id(), "status": "auto", "text": null, "emoji": null, "expires_at": null, "ai_replies": false,
    });
    assert_eq!(ann.get(&path).await.expect(200), ended);
    // A change begins with what is left.
    let changed = ann.put(&path, json!({"text": "Back"})).await.expect(200);
    assert_eq!(
        (&changed["status"], &changed["text"], &changed["emoji"]),
        (&json!("auto"), &json!("Back"), &json!(null))
    );
}

async fn many_changes_at_once_are_all_kept(stead: Stead) {
    let ann = stead.register("ann").await;
    let path = at(&ann, "status");
    for round in 0..3 {
        let text = format!("Round {round}");
        let changes = [json!({"text": text}), json!({"emoji": "🙂"}), json!({"ai_replies": round == 1})];
        let answers = join_all(changes.iter().map(|change| ann.put(&path, change.clone()).into_future())).await;
        let now = ann.get(&path).await.expect(200);
        for (change, answer) in changes.iter().zip(answers) {
            let (field, value) = change.as_object().unwrap().iter().next().unwrap();
            if answer.status == 200 {
                assert_eq!(&now[field], value, "{field}");
            } else {
                answer.refused(409, "conflict");
            }
        }
    }
}

async fn a_status_goes_with_its_user(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    mia.put(&at(&mia, "status"), json!({"text": "Soon gone"})).await.expect(200);
    mia.delete("/users/me").await.expect(204);
    ann.get(&at(&mia, "status")).await.refused(404, "not_found");
    ann.get(&at(&mia, "connection-status")).await.refused(404, "not_found");
}
