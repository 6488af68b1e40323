//! Several nodes on one Postgres.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    Socket,
    socket::{names, places},
};
use crate::harness::{Account, Setup, call::Address, patience::soon, process::Process, talk::Talk};

on_postgres!(
    what_happens_on_one_node_is_told_on_another_and_after_its_death,
    who_is_shut_out_on_one_node_hears_nothing_more_on_another,
);

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
    let mut resumed = Socket::open_again(&there, &begin).await;
    assert_eq!(places(&resumed.until("run.ended").await), told);
    second.kill().await;
}

/// After so long nothing more is heard.
const WITHIN: Duration = Duration::from_secs(1);
/// For so long something is said after somebody was shut out.
const TALKING: Duration = Duration::from_millis(1_600);

/// Says something again and again for a while; when each was said.
async fn keeps_talking(ann: &Account, room: &str, what: &str) -> Vec<(String, Instant)> {
    let (begun, mut said) = (Instant::now(), Vec::new());
    let mut pace = tokio::time::interval(Duration::from_millis(40));
    while begun.elapsed() < TALKING {
        pace.tick().await;
        let content = format!("{what} {}.", said.len());
        let at = Instant::now();
        ann.post(&format!("/channels/{room}/messages"), json!({"content": content})).await.expect(201);
        said.push((content, at));
    }
    said
}

/// All that an endless answer brings to its end.
async fn read_to_its_end(mut events: reqwest::Response) -> String {
    let mut all = Vec::new();
    while let Some(piece) = soon("a piece or the end", events.chunk()).await.expect("a whole answer") {
        all.extend_from_slice(&piece);
    }
    String::from_utf8(all).unwrap()
}

async fn who_is_shut_out_on_one_node_hears_nothing_more_on_another(setup: Setup) {
    // Two nodes in this process, which share nothing but the database.
    let (one, other) = (setup.clone().start().await, setup.start().await);
    let ann = one.register("ann").await;
    let there = other.stranger().origin();
    let far = Address::default();
    far.set(&there);
    let mut cases = Vec::new();
    for what in ["signed out", "deactivated", "removed"] {
        let bob = ann.invite(&format!("bob-{}", what.replace(' ', "-")), "member").await;
        let body = json!({"name": what, "kind": "private", "user_ids": [bob.id()]});
        let room = ann.post("/channels", body).await.expect(201)["id"].as_str().unwrap().to_owned();
        cases.push((what, bob, room));
    }
    let of_case = |(what, bob, room): (&'static str, Account, String)| {
        let (ann, far) = (ann.clone(), far.clone());
        async move {
            let (mut socket, _) = Socket::open(&bob.through(&far)).await;
            let events = bob.through(&far).get("/events").header("accept", "text/event-stream").raw().await;
            assert_eq!(events.status(), 200);
            let first = json!({"content": "first"});
            ann.post(&format!("/channels/{room}/messages"), first).await.expect(201);
            socket.until("message.created").await;
            match what {
                "signed out" => drop(bob.post_nothing("/auth/logout").await.expect(204)),
                "deactivated" => {
                    drop(ann.patch(&format!("/users/{}", bob.id()), json!({"deactivated": true})).await.expect(200));
                }
                _ => drop(ann.delete(&format!("/channels/{room}/members/{}", bob.id())).await.expect(204)),
            }
            let shut_out = Instant::now();
            let talking = keeps_talking(&ann, &room, what);
            let (said, heard) = if what == "removed" {
                // From the removal on there is nothing, not even for a moment; for the rest both go on.
                let said = talking.await;
                socket.send(json!({"type": "ping"})).await;
                let mut told = socket.until("pong").await;
                told.retain(|event| event["channel_id"] == room);
                assert_eq!(names(&told), ["member.removed"]);
                drop(events);
                (said, String::new())
            } else {
                let (said, (told, code), streamed) = tokio::join!(talking, socket.rest(), read_to_its_end(events));
                assert_eq!(code, 4001, "{what}");
                (said, format!("{}{streamed}", Value::from(told)))
            };
            let late = said.iter().find(|(content, at)| *at > shut_out + WITHIN && heard.contains(content.as_str()));
            assert_eq!(late, None, "{what}");
        }
    };
    futures_util::future::join_all(cases.into_iter().map(of_case)).await;
}
