//! Who takes what they are told too slowly.

use serde_json::{Value, json};

use super::Socket;
use crate::harness::Stead;

on_both!(a_slow_socket_is_closed_and_misses_nothing);

/// More than what may wait for a socket, and than what the connection takes in by itself.
const EVENTS: usize = 500;

/// The places of what is told of reactions.
fn places_of(told: &[Value]) -> Vec<String> {
    let of_reactions = told.iter().filter(|event| event["type"].as_str().unwrap().starts_with("reaction."));
    of_reactions.map(|event| event["seq"].as_str().unwrap().to_owned()).collect()
}

async fn a_slow_socket_is_closed_and_misses_nothing(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "member").await;
    let body = json!({"name": "a room", "kind": "private", "user_ids": [bob.id()]});
    let room = ann.post("/channels", body).await.expect(201)["id"].as_str().unwrap().to_owned();
    // Each event about it holds all of it.
    let long = json!({"content": "x".repeat(20_000)});
    let message = ann.post(&format!("/channels/{room}/messages"), long).await.expect(201)["id"].clone();
    let slow = Socket::open_narrow(&bob).await;
    let (mut quick, _) = Socket::open(&bob).await;
    let reaction = format!("/messages/{}/reactions/%F0%9F%91%8D", message.as_str().unwrap());
    let reacting = async {
        for n in 0..EVENTS {
            let call = if n % 2 == 0 { ann.put_nothing(&reaction) } else { ann.delete(&reaction) };
            assert!(call.await.status < 300);
        }
    };
    let reading = async {
        let mut told = Vec::new();
        while places_of(&told).len() < EVENTS {
            told.push(quick.next().await);
        }
        told
    };
    let ((), told) = tokio::join!(reacting, reading);
    let all = places_of(&told);
    // It begins to read when it is too late.
    let (mut seen, code) = slow.rest().await;
    assert_eq!(code, 4008);
    assert!(places_of(&seen).len() < EVENTS, "what waits for it is bounded");
    let last = seen.iter().rfind(|event| event["seq"].is_string()).expect("something was told");
    let mut again = Socket::open_since(&bob, last["seq"].as_str().unwrap()).await;
    while places_of(&seen).len() < EVENTS {
        seen.push(again.next().await);
    }
    assert_eq!(places_of(&seen), all, "each once, in the order of the log");
}
