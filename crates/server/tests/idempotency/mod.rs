//! Requests with an `Idempotency-Key`: sent once or fifty times, they have one effect.

mod keys;
mod once;
mod repeats;

use serde_json::json;

use crate::harness::{Answer, Client, Talk, call::Call};

fn keyed(talk: &Talk, client: &Client, key: &str, content: &str) -> Call {
    client.post(&talk.at("/messages"), json!({"content": content})).key(key)
}

fn replayed(answer: &Answer) -> bool {
    match answer.header("idempotency-replayed") {
        Some("true") => true,
        Some(other) => panic!("Idempotency-Replayed: {other}"),
        None => false,
    }
}
