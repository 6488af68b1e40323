use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use stead_testkit::fakes::FakeClock;

use crate::harness::{Setup, Stead};

on_both!(
    a_refresh_gives_the_next_pair,
    the_previous_token_gives_the_same_successor_within_its_grace,
    after_its_grace_the_previous_token_ends_the_session,
    an_older_token_ends_the_session,
    concurrent_refreshes_agree,
    a_session_ends_after_thirty_days,
    what_is_no_refresh_token_is_refused,
    sessions_outlive_a_restart,
);

async fn refresh(stead: &Stead, token: &str) -> Value {
    stead.stranger().post("/auth/refresh", json!({"refresh_token": token})).await.expect(200)
}

async fn refused(stead: &Stead, token: &str) {
    let answer = stead.stranger().post("/auth/refresh", json!({"refresh_token": token})).await;
    answer.refused(401, "unauthorized");
}

fn token(pair: &Value) -> &str {
    pair["refresh_token"].as_str().unwrap()
}

async fn a_refresh_gives_the_next_pair(stead: Stead) {
    let ann = stead.register("ann").await;
    let answer = stead.stranger().post("/auth/refresh", json!({"refresh_token": ann.refresh_token})).await;
    assert!(answer.cookie("stead_access").is_some() && answer.cookie("stead_refresh").is_some());
    let next = answer.expect(200);
    assert_ne!(token(&next), ann.refresh_token);
    assert_eq!(next["user"], ann.user);
    let client = stead.stranger().with_token(next["access_token"].as_str().unwrap());
    client.get("/users/me").await.expect(200);
    let third = refresh(&stead, token(&next)).await;
    assert_ne!(token(&third), token(&next));
}

async fn the_previous_token_gives_the_same_successor_within_its_grace(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let next = refresh(&stead, &ann.refresh_token).await;
    clock.advance(Duration::from_secs(30));
    let repeated = refresh(&stead, &ann.refresh_token).await;
    assert_eq!(token(&repeated), token(&next));
    refresh(&stead, token(&next)).await;
}

async fn after_its_grace_the_previous_token_ends_the_session(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let next = refresh(&stead, &ann.refresh_token).await;
    clock.advance(Duration::from_secs(31));
    refused(&stead, &ann.refresh_token).await;
    refused(&stead, token(&next)).await;
    ann.get("/users/me").await.refused(401, "unauthorized");
}

async fn an_older_token_ends_the_session(stead: Stead) {
    let ann = stead.register("ann").await;
    let second = refresh(&stead, &ann.refresh_token).await;
    let third = refresh(&stead, token(&second)).await;
    let client = stead.stranger().with_token(third["access_token"].as_str().unwrap());
    client.get("/users/me").await.expect(200);
    refused(&stead, &ann.refresh_token).await;
    refused(&stead, token(&third)).await;
    client.get("/users/me").await.refused(401, "unauthorized");
}

async fn concurrent_refreshes_agree(stead: Stead) {
    let ann = stead.register("ann").await;
    let pairs = futures_util::future::join_all((0..8).map(|_| refresh(&stead, &ann.refresh_token))).await;
    assert!(pairs.iter().all(|pair| token(pair) == token(&pairs[0])));
    refresh(&stead, token(&pairs[0])).await;
}

async fn a_session_ends_after_thirty_days(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    clock.advance(Duration::from_secs(30 * 24 * 60 * 60 - 1));
    let next = refresh(&stead, &ann.refresh_token).await;
    clock.advance(Duration::from_secs(1));
    refused(&stead, token(&next)).await;
    stead
        .stranger()
        .with_token(next["access_token"].as_str().unwrap())
        .get("/users/me")
        .await
        .refused(401, "unauthorized");
}

async fn what_is_no_refresh_token_is_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    for wrong in ["x", &ann.access_token, &format!("{}x", ann.refresh_token), "ünïcode"] {
        refused(&stead, wrong).await;
    }
    stead.stranger().post_nothing("/auth/refresh").await.refused(401, "unauthorized");
    stead.stranger().post("/auth/refresh", json!({})).await.refused(401, "unauthorized");
    // A refresh token opens nothing by itself.
    stead.stranger().with_token(&ann.refresh_token).get("/users/me").await.refused(401, "unauthorized");
}

async fn sessions_outlive_a_restart(mut stead: Stead) {
    let ann = stead.register("ann").await;
    stead.restart().await;
    assert_eq!(ann.get("/users/me").await.expect(200), ann.user);
    refresh(&stead, &ann.refresh_token).await;
}
