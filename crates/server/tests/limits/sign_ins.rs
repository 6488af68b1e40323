use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use stead_testkit::fakes::FakeClock;

use crate::harness::{
    Answer, Setup, Stead,
    account::{PASSWORD, registration},
};

on_both!(too_many_failures_delay_an_account_and_no_other, an_address_may_fail_only_so_often, successes_are_free,);

async fn at_a_standstill(setup: Setup) -> (Stead, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::new());
    (setup.clock(Arc::clone(&clock)).start().await, clock)
}

fn login(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

#[track_caller]
fn delayed(answer: Answer, seconds: u64) {
    assert_eq!(answer.header("retry-after"), Some(seconds.to_string().as_str()), "{}", answer.text());
    answer.refused(429, "rate_limited");
}

async fn too_many_failures_delay_an_account_and_no_other(setup: Setup) {
    let (stead, clock) = at_a_standstill(setup).await;
    stead.register("ann").await;
    stead.register("bob").await;
    let stranger = stead.stranger();
    let wrong = |email: &str| stranger.post("/auth/login", login(email, "not the password"));
    let right = |email: &str| stranger.post("/auth/login", login(email, PASSWORD));
    // Whether an account exists makes no difference.
    for email in ["ann@example.org", "nobody@example.org"] {
        for _ in 0..10 {
            wrong(email).await.refused(401, "unauthorized");
        }
        delayed(wrong(email).await, 1);
        clock.advance(Duration::from_secs(1));
        wrong(email).await.refused(401, "unauthorized");
        delayed(wrong(email).await, 2);
    }
    delayed(right("ANN@example.org").await, 1);
    right("bob@example.org").await.expect(200);
    clock.advance(Duration::from_secs(1));
    right("ann@example.org").await.expect(200);
    // The success has reset the count.
    for _ in 0..10 {
        wrong("ann@example.org").await.refused(401, "unauthorized");
    }
    delayed(right("ann@example.org").await, 1);
}

async fn an_address_may_fail_only_so_often(setup: Setup) {
    let setup = setup.setting("STEAD_LIMITS__SIGN_IN_FAILURES_PER_ADDRESS", 3);
    let (stead, clock) = at_a_standstill(setup).await;
    let ann = stead.register("ann").await;
    let stranger = stead.stranger();
    let refresh = |token: &str| stranger.post("/auth/refresh", json!({"refresh_token": token}));
    refresh("nonsense").await.refused(401, "unauthorized");
    stranger.post("/auth/register", registration("ann")).await.expect(409);
    stranger.post("/auth/login", login("a@example.org", PASSWORD)).await.refused(401, "unauthorized");
    delayed(refresh("nonsense").await, 1);
    delayed(refresh(&ann.refresh_token).await, 1);
    delayed(stranger.post("/auth/register", registration("bob")).await, 1);
    delayed(stranger.post("/auth/login", login(&ann.email, PASSWORD)).await, 1);
    // Whoever is signed in is not concerned.
    ann.get("/users/me").await.expect(200);
    clock.advance(Duration::from_secs(1));
    refresh(&ann.refresh_token).await.expect(200);
}

async fn successes_are_free(setup: Setup) {
    let setup = setup.setting("STEAD_LIMITS__SIGN_IN_FAILURES_PER_ADDRESS", 3);
    let (stead, _clock) = at_a_standstill(setup).await;
    for handle in ["ann", "bob", "cleo", "dan", "eve"] {
        stead.register(handle).await;
    }
    for _ in 0..12 {
        stead.stranger().post("/auth/login", login("ann@example.org", PASSWORD)).await.expect(200);
    }
}
