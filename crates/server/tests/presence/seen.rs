//! What is seen of somebody, whoever knows whether they are connected.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use stead_domain::{
    Timestamp,
    ports::presence::{ConnectionStatus, Presence},
};
use stead_testkit::fakes::FakePresence;

use super::{at, seen};
use crate::harness::{Account, Setup, Stead};

on_both!(
    nobody_is_there_who_was_never_connected,
    who_is_there_is_seen_as_they_are,
    what_somebody_has_set_is_seen,
    the_invisible_look_like_somebody_who_has_left,
    others_are_told_who_would_answer,
    where_it_cannot_be_told_nobody_guesses,
    the_deactivated_are_seen_by_admins_alone,
);

/// To the year 3000 or so.
const FAR: Duration = Duration::from_secs(32_500_000_000);

const NOON: &str = "2026-01-31T12:00:00.000000Z";

fn noon() -> Timestamp {
    Timestamp::from_unix_micros(1_769_860_800_000_000).unwrap()
}

/// Whoever is there, the test says so.
async fn start(setup: Setup) -> (Stead, Arc<FakePresence>) {
    let presence = Arc::new(FakePresence::new());
    (setup.presence(&presence).start().await, presence)
}

fn are(presence: &FakePresence, account: &Account, status: ConnectionStatus) {
    let (organization, user) = (account.organization["id"].as_str().unwrap(), account.id());
    let seen = Presence { status, last_seen_at: Some(noon()) };
    presence.set(organization.parse().unwrap(), user.parse().unwrap(), seen);
}

async fn nobody_is_there_who_was_never_connected(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let expected = json!({
        "user_id": mia.id(), "status": "offline", "manual_status": "auto", "status_text": null, "last_seen_at": null,
        "replies_with_ai": true,
    });
    assert_eq!(seen(&ann, &mia).await, expected);
    mia.get("/users/me").await.expect(200);
    assert_eq!(seen(&mia, &mia).await, expected, "requests make nobody online");
    let bob = stead.register("bob").await;
    for what in ["connection-status", "status"] {
        bob.get(&at(&mia, what)).await.refused(404, "not_found");
        ann.get(&format!("/users/01890000-0000-7000-8000-000000000000/{what}")).await.refused(404, "not_found");
        ann.get(&format!("/users/nothing/{what}")).await.complains_about("user_id");
    }
}

async fn who_is_there_is_seen_as_they_are(setup: Setup) {
    let (stead, presence) = start(setup).await;
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    for (status, expected) in
        [(ConnectionStatus::Online, "online"), (ConnectionStatus::Away, "away"), (ConnectionStatus::Offline, "offline")]
    {
        are(&presence, &mia, status);
        for viewer in [&ann, &mia] {
            let seen = seen(viewer, &mia).await;
            assert_eq!((&seen["status"], &seen["last_seen_at"]), (&json!(expected), &json!(NOON)));
        }
    }
}

async fn what_somebody_has_set_is_seen(setup: Setup) {
    let (stead, presence) = start(setup).await;
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    are(&presence, &mia, ConnectionStatus::Online);
    for (set, status) in [("away", "away"), ("do_not_disturb", "online"), ("auto", "online")] {
        mia.put(&at(&mia, "status"), json!({"status": set, "text": "Deep in thought"})).await.expect(200);
        let seen = seen(&ann, &mia).await;
        assert_eq!((&seen["status"], &seen["manual_status"]), (&json!(status), &json!(set)));
        assert_eq!(seen["status_text"], "Deep in thought");
    }
    are(&presence, &mia, ConnectionStatus::Offline);
    mia.put(&at(&mia, "status"), json!({"status": "away"})).await.expect(200);
    assert_eq!(seen(&ann, &mia).await["status"], "offline", "who is not connected is not away");
}

async fn the_invisible_look_like_somebody_who_has_left(setup: Setup) {
    let (stead, presence) = start(setup).await;
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    are(&presence, &mia, ConnectionStatus::Online);
    let secret = json!({"status": "invisible", "text": "Nobody is to know", "emoji": "🫥"});
    mia.put(&at(&mia, "status"), secret.clone()).await.expect(200);
    let others = seen(&ann, &mia).await;
    let shown = ["status", "manual_status", "status_text"].map(|field| others[field].clone());
    assert_eq!(shown, [json!("offline"), json!("auto"), json!(null)]);
    assert_eq!(others["replies_with_ai"], true, "as of everyone who is offline");
    let status = ann.get(&at(&mia, "status")).await.expect(200);
    assert_eq!(
        status,
        json!({
            "user_id": mia.id(), "status": "auto", "text": null, "emoji": null, "expires_at": null, "ai_replies": true,
        })
    );
    // What they do meanwhile moves nothing.
    let later = Presence { status: ConnectionStatus::Online, last_seen_at: Some(Timestamp::EPOCH.plus(FAR)) };
    presence.set(mia.organization["id"].as_str().unwrap().parse().unwrap(), mia.id().parse().unwrap(), later);
    let left = seen(&ann, &mia).await["last_seen_at"].as_str().unwrap().to_owned();
    mia.put(&at(&mia, "status"), json!({"text": "Still nobody"})).await.expect(200);
    assert_eq!(seen(&ann, &mia).await["last_seen_at"], left);
    assert!(left.starts_with("20"), "when they became invisible: {left}");
    // To themselves it is shown.
    let own = seen(&mia, &mia).await;
    assert_eq!((&own["status"], &own["manual_status"]), (&json!("offline"), &json!("invisible")));
    assert_eq!(mia.get(&at(&mia, "status")).await.expect(200)["emoji"], "🫥");
}

async fn others_are_told_who_would_answer(setup: Setup) {
    let (stead, presence) = start(setup).await;
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let replies = async || seen(&ann, &mia).await["replies_with_ai"].clone();
    for (status, expected) in
        [(ConnectionStatus::Online, false), (ConnectionStatus::Away, true), (ConnectionStatus::Offline, true)]
    {
        are(&presence, &mia, status);
        assert_eq!(replies().await, expected, "{status:?}");
    }
    mia.put(&at(&mia, "status"), json!({"ai_replies": false})).await.expect(200);
    assert_eq!(replies().await, false, "they do not want it");
    mia.put(&at(&mia, "status"), json!({"ai_replies": true})).await.expect(200);
    ann.patch("/organization", json!({"ai_enabled": false})).await.expect(200);
    assert_eq!(replies().await, false, "the organization does not want it");
    // A program is nobody who could be stood in for.
    ann.patch("/organization", json!({"ai_enabled": true})).await.expect(200);
    let key = json!({"name": "A key", "scopes": ["users:read"], "organization": true});
    ann.post("/api-keys", key).await.expect(201);
    let users = ann.get("/users").await.expect(200);
    let service = users["users"].as_array().unwrap().iter().find(|user| user["kind"] == "service").unwrap();
    let of_service = format!("/users/{}/connection-status", service["id"].as_str().unwrap());
    assert_eq!(ann.get(&of_service).await.expect(200)["replies_with_ai"], false);
}

async fn where_it_cannot_be_told_nobody_guesses(setup: Setup) {
    let (stead, presence) = start(setup).await;
    let ann = stead.register("ann").await;
    presence.set_down(true);
    ann.get(&at(&ann, "connection-status")).await.refused(503, "unavailable");
    ann.get(&at(&ann, "status")).await.expect(200);
    presence.set_down(false);
    assert_eq!(seen(&ann, &ann).await["status"], "offline");
}

async fn the_deactivated_are_seen_by_admins_alone(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mia, zoe) = (ann.invite("mia", "member").await, ann.invite("zoe", "member").await);
    ann.patch(&format!("/users/{}", mia.id()), json!({"deactivated": true})).await.expect(200);
    assert_eq!(seen(&ann, &mia).await["replies_with_ai"], false);
    zoe.get(&at(&mia, "connection-status")).await.refused(404, "not_found");
    zoe.get(&at(&mia, "status")).await.refused(404, "not_found");
}
