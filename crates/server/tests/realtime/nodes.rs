//! Several nodes on one Postgres.

use serde_json::json;

use super::{Socket, socket::places};
use crate::harness::{Account, Setup, call::Address, process::Process, talk::Talk};

on_postgres!(what_happens_on_one_node_is_told_on_another_and_after_its_death);

async fn what_happens_on_one_node_is_told_on_another_and_after_its_death(setup: Setup) {
    let (one, other) = (Address::default(), Address::default());
    let (first, second) = (Process::serve(&setup, &one).await, Process::serve(&setup, &other).await);
    let registered = first.stranger().post("/auth/register", crate::harness::account::registration("ann")).await;
    let here = Account::from_sign_in(&first.stranger(), "ann@example.org", registered.expect(201));
    let there = here.sign_in_again().await;
    let there = Account::from_sign_in(
        &second.stranger(),
        "ann@example.org",
        json!({"access_token": there.access_token, "refresh_token": there.refresh_token, "user": there.user,
            "organization": there.organization}),
    );
    let ((mut near, begin), (mut far, _)) = (Socket::open(&here).await, Socket::open(&there).await);
    let talk: Talk = here.talk().await;
    talk.say("hello").await.expect(201);
    let told = places(&near.until("run.ended").await);
    assert_eq!(places(&far.until("run.ended").await), told);
    let general = here.get("/channels/me").await.expect(200)["channels"][0]["id"].clone();
    near.send(json!({"type": "typing", "channel_id": general})).await;
    far.until("typing").await;
    first.kill().await;
    let mut resumed = Socket::open_since(&there, &begin).await;
    assert_eq!(places(&resumed.until("run.ended").await), told);
    second.kill().await;
}
