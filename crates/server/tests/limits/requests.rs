use std::{sync::Arc, time::Duration};

use serde_json::json;
use stead_testkit::fakes::FakeClock;

use crate::harness::{Answer, Client, Setup, Stead};

on_both!(
    a_user_is_told_when_to_come_back,
    whoever_is_not_signed_in_counts_by_address,
    a_trusted_proxy_names_the_address,
    messages_have_a_limit_of_their_own,
    nought_is_no_limit,
);

/// A Stead whose time stands still, so that nothing is refilled behind the test's back.
async fn limited(setup: Setup, what: &str, burst: u32) -> (Stead, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::new());
    let setup = setup.clock(Arc::clone(&clock));
    let setup = setup.setting(&format!("STEAD_LIMITS__{what}_PER_SECOND"), 1);
    let stead = setup.setting(&format!("STEAD_LIMITS__{what}_BURST"), burst).start().await;
    (stead, clock)
}

#[track_caller]
fn refused_for_a_second(answer: Answer) {
    assert_eq!(answer.header("retry-after"), Some("1"), "{}", answer.text());
    answer.refused(429, "rate_limited");
}

async fn a_user_is_told_when_to_come_back(setup: Setup) {
    let (stead, clock) = limited(setup, "REQUESTS", 5).await;
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    for _ in 0..5 {
        ann.get("/users/me").await.expect(200);
    }
    refused_for_a_second(ann.get("/users/me").await);
    refused_for_a_second(ann.post("/agents", json!({"handle": "x", "display_name": "X"})).await);
    refused_for_a_second(ann.get("/nothing/here").await);
    bob.get("/users/me").await.expect(200);
    stead.stranger().get("/users/me").await.refused(401, "unauthorized");
    clock.advance(Duration::from_secs(1));
    ann.get("/users/me").await.expect(200);
    refused_for_a_second(ann.get("/users/me").await);
}

async fn whoever_is_not_signed_in_counts_by_address(setup: Setup) {
    let (stead, clock) = limited(setup, "REQUESTS", 4).await;
    let ann = stead.register("ann").await;
    let stranger = stead.stranger();
    stranger.get("/users/me").await.refused(401, "unauthorized");
    stranger.with_token("nonsense").get("/users/me").await.refused(401, "unauthorized");
    stranger.get("/users/me").header("x-forwarded-for", "192.0.2.1").await.refused(401, "unauthorized");
    for call in [stranger.get("/users/me"), stranger.with_token("more").get("/users/me"), stranger.get("/x")] {
        refused_for_a_second(call.await);
    }
    // Nobody is believed about where they are, where no proxy is trusted.
    refused_for_a_second(stranger.get("/users/me").header("x-forwarded-for", "192.0.2.2").await);
    refused_for_a_second(stranger.at_root().get("/openapi.json").await);
    for _ in 0..20 {
        stranger.at_root().get("/healthz").await.expect(200);
    }
    ann.get("/users/me").await.expect(200);
    clock.advance(Duration::from_secs(1));
    stranger.get("/users/me").await.refused(401, "unauthorized");
}

async fn a_trusted_proxy_names_the_address(setup: Setup) {
    let setup = setup.setting("STEAD_SERVER__TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8");
    let (stead, _clock) = limited(setup, "REQUESTS", 1).await;
    let stranger = stead.stranger();
    let from = |address: &str| stranger.get("/users/me").header("x-forwarded-for", address);
    from("192.0.2.1").await.refused(401, "unauthorized");
    refused_for_a_second(from("192.0.2.1").await);
    // What the client itself wrote stands before what the proxy saw.
    refused_for_a_second(from("198.51.100.9, 192.0.2.1").await);
    refused_for_a_second(from("198.51.100.9, 192.0.2.1, 10.0.0.5").await);
    from("192.0.2.2").await.refused(401, "unauthorized");
    from("2001:db8:1:2::1").await.refused(401, "unauthorized");
    refused_for_a_second(from("2001:db8:1:2:3::4").await);
}

async fn messages_have_a_limit_of_their_own(setup: Setup) {
    let (stead, clock) = limited(setup, "SENDS", 2).await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let send = |client: &Client| client.post(&talk.at("/messages"), json!({"content": "Hello"}));
    send(&ann).await.expect(201);
    send(&ann).await.expect(201);
    refused_for_a_second(send(&ann).await);
    refused_for_a_second(send(&ann).header("accept", "text/event-stream").await);
    // What is wrong in itself is told first, and nothing else is counted.
    ann.post(&talk.at("/messages"), json!({"content": 1})).await.refused(400, "invalid_request");
    assert_eq!(talk.messages().await.len(), 4);
    clock.advance(Duration::from_secs(1));
    send(&ann).await.expect(201);
}

async fn nought_is_no_limit(setup: Setup) {
    let (stead, _clock) = limited(setup.setting("STEAD_LIMITS__REQUESTS_BURST", 0), "SENDS", 0).await;
    let ann = stead.register("ann").await;
    for _ in 0..300 {
        ann.get("/users/me").await.expect(200);
    }
}
