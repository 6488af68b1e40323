use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::harness::{Account, Setup, Talk, account::registration, call::Address, eventually, process::Process};

on_both!(no_acknowledged_message_is_lost_to_kill_9);

/// How often it is killed, and how many writers are at work then.
const ROUNDS: usize = 10;
const WRITERS: usize = 4;

#[derive(Default)]
struct Seen {
    acknowledged: Vec<String>,
    /// What was sent and never answered, with its key.
    in_flight: Vec<(String, String)>,
}

async fn no_acknowledged_message_is_lost_to_kill_9(setup: Setup) {
    let setup = setup.offline();
    let address = Address::default();
    let mut process = Process::serve(&setup, &address).await;
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    for round in 0..ROUNDS {
        let mut talks = Vec::new();
        for _ in 0..WRITERS {
            talks.push((ann.talk().await, Arc::new(Mutex::new(Seen::default()))));
        }
        let writers = talks.iter().map(|(talk, seen)| write_until_it_dies(&ann, talk, Arc::clone(seen)));
        let killing = async {
            // Not always at the same moment: after so many were acknowledged.
            let count = || talks.iter().map(|(_, seen)| seen.lock().unwrap().acknowledged.len()).sum::<usize>();
            eventually("messages in flight", async || (count() > 3 * round).then_some(())).await;
            process.kill().await;
            setup.home.let_leases_lapse().await;
        };
        tokio::join!(futures_util::future::join_all(writers), killing);
        process = Process::serve(&setup, &address).await;
        for (talk, seen) in talks {
            let mut seen = std::mem::take(&mut *seen.lock().unwrap());
            for (content, key) in seen.in_flight {
                // Sent again with its key, it is there once, whatever had become of it.
                eventually("room in the thread", async || {
                    let again = ann.post(&talk.at("/messages"), json!({"content": content})).key(&key);
                    let (status, body) = again.header("prefer", "respond-async").try_send().await.expect("an answer");
                    assert!([202, 409].contains(&status), "{body}");
                    (status == 202).then_some(())
                })
                .await;
                seen.acknowledged.push(content);
            }
            let mut said = said(&ann, &talk).await;
            said.sort();
            seen.acknowledged.sort();
            assert_eq!(said, seen.acknowledged, "round {round}: everything once, and nothing else");
        }
    }
    process.kill().await;
}

/// Sends one message after the other, until the server does not answer any more.
async fn write_until_it_dies(ann: &Account, talk: &Talk, seen: Arc<Mutex<Seen>>) {
    for number in 0.. {
        let (content, key) = (format!("{}-{number:04}", talk.id), format!("key-{number}"));
        let call = ann.post(&talk.at("/messages"), json!({"content": content})).key(&key);
        match call.header("prefer", "respond-async").try_send().await {
            Some((202, _)) => seen.lock().unwrap().acknowledged.push(content),
            // The thread is full for now: this one was not taken.
            Some((409, _)) => tokio::task::yield_now().await,
            Some((status, body)) => panic!("{status}: {body}"),
            None => return seen.lock().unwrap().in_flight.push((content, key)),
        }
    }
}

/// Everything the person said in a thread.
async fn said(ann: &Account, talk: &Talk) -> Vec<String> {
    let (mut said, mut after) = (Vec::new(), "00000000-0000-0000-0000-000000000000".to_owned());
    loop {
        let page = ann.get(&talk.at(&format!("/messages?limit=100&after={after}"))).await.expect(200);
        let messages = page["messages"].as_array().unwrap();
        let person = messages.iter().filter(|one| one["role"] == "user");
        said.extend(person.map(|one: &Value| one["content"].as_str().unwrap().to_owned()));
        match page["next_after"].as_str() {
            Some(next) => after = next.to_owned(),
            None => return said,
        }
    }
}
