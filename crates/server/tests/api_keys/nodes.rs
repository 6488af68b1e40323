//! Two nodes on one Postgres.

use std::time::{Duration, Instant};

use super::{at, bearer, made};
use crate::harness::{Account, Setup, account::registration, call::Address, eventually, process::Process};

on_postgres!(a_revocation_holds_on_another_node_within_a_second);

/// What the promise leaves to the machine that runs the test.
const SLACK: Duration = Duration::from_secs(2);

async fn a_revocation_holds_on_another_node_within_a_second(setup: Setup) {
    let (here, there) = (Address::default(), Address::default());
    let one = Process::serve(&setup, &here).await;
    let other = Process::serve(&setup, &there).await;
    let stranger = one.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    let key = made(&ann, &["users:read"]).await;
    let far = bearer(&ann, &key).through(&there);
    far.get("/users/me").await.expect(200);
    ann.delete(&at(&key)).await.expect(204);
    let revoked = Instant::now();
    bearer(&ann, &key).get("/users/me").await.refused(401, "unauthorized");
    eventually("the other node to know", async || (far.get("/users/me").await.status == 401).then_some(())).await;
    assert!(revoked.elapsed() < Duration::from_secs(1) + SLACK, "{:?}", revoked.elapsed());
    one.kill().await;
    other.kill().await;
}
