use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use stead_testkit::fakes::FakeClock;

use super::{at, bearer, key, made};
use crate::harness::{Setup, Stead, eventually};

on_both!(
    a_revoked_key_is_dead_at_once,
    a_key_dies_when_it_expires,
    the_last_use_is_noted_once_a_minute,
    a_key_outlives_a_restart_and_a_logout,
);

async fn a_revoked_key_is_dead_at_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = made(&ann, &["users:read"]).await;
    let client = bearer(&ann, &made);
    client.get("/users/me").await.expect(200);
    ann.delete(&at(&made)).await.expect(204);
    client.get("/users/me").await.refused(401, "unauthorized");
    ann.delete(&at(&made)).await.refused(404, "not_found");
    assert_eq!(ann.get("/api-keys").await.expect(200)["api_keys"], json!([]));
}

async fn a_key_dies_when_it_expires(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let client = key(&ann, &["users:read"]).await;
    clock.advance(Duration::from_secs(366 * 24 * 60 * 60 - 1));
    client.get("/users/me").await.expect(200);
    clock.advance(Duration::from_secs(1));
    client.get("/users/me").await.refused(401, "unauthorized");
}

async fn the_last_use_is_noted_once_a_minute(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let client = key(&ann, &["users:read"]).await;
    let noted = async || -> Value { ann.get("/api-keys").await.expect(200)["api_keys"][0]["last_used_at"].clone() };
    assert_eq!(noted().await, Value::Null);
    client.get("/users/me").await.expect(200);
    let first = eventually("the use is noted", async || Some(noted().await).filter(|at| !at.is_null())).await;
    clock.advance(Duration::from_secs(59));
    client.get("/users/me").await.expect(200);
    clock.advance(Duration::from_secs(1));
    client.get("/users/me").await.expect(200);
    let next = eventually("the next use is noted", async || Some(noted().await).filter(|at| *at != first)).await;
    // A minute after the first: the one in between was not noted.
    let parse = |at: &Value| -> time::OffsetDateTime {
        let format = &time::format_description::well_known::Rfc3339;
        time::OffsetDateTime::parse(at.as_str().unwrap(), format).unwrap()
    };
    assert_eq!(parse(&next) - parse(&first), Duration::from_secs(60));
}

async fn a_key_outlives_a_restart_and_a_logout(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let client = key(&ann, &["users:read"]).await;
    ann.post_nothing("/auth/logout").await.expect(204);
    stead.restart().await;
    client.get("/users/me").await.expect(200);
}
