//! Clients that reset their connection in the middle of a request. Whatever becomes of it, the request is as if it had
//! been sent once, or never, and sending it again with its key makes it once.

mod connection;
mod model;
mod moments;
mod transactions;

use std::{collections::HashSet, sync::Arc, time::Duration};

use serde_json::{Value, json};

use self::{connection::Connection, model::Model, moments::Moment};
use crate::harness::{Account, Setup, Talk, events::content};

on_both!(
    a_message_whose_connection_is_reset_is_sent_and_answered_once,
    a_thread_whose_connection_is_reset_is_made_once,
);

/// How often the connection is reset at each moment. With the ten moments, and on both databases: 500 messages.
const ROUNDS: usize = 25;
/// The same for what takes less.
const FEW_ROUNDS: usize = 5;

async fn a_message_whose_connection_is_reset_is_sent_and_answered_once(setup: Setup) {
    let home = Arc::clone(&setup.home);
    let stead = setup.start().await;
    let model = Model::new(&stead);
    let ann = stead.register("ann").await;
    let clients = Moment::ALL.into_iter().enumerate().map(async |(place, moment)| {
        let talk = ann.talk().await;
        for round in 0..ROUNDS {
            let said = format!("{moment:?} number {round} of many");
            let key = format!("{moment:?}-{round}");
            let body = json!({"content": said});
            let mut connection = Connection::open(&ann, &talk.at("/messages"), &key, &body).await;
            moment.reach(&mut connection, &model, &said, spread(place, round)).await;
            connection.reset();
            repeat(&ann, &talk, &key, &body, round).await;
        }
        check(&talk, moment).await;
    });
    let work = async { futures_util::future::join_all(clients).await };
    transactions::none_lingers_during(&home, work).await;
    let asked = model.asked();
    assert_eq!(asked.len(), Moment::ALL.len() * ROUNDS);
    let twice: Vec<_> = asked.iter().filter(|(_, times)| **times != 1).collect();
    assert!(twice.is_empty(), "the model was asked once for each message: {twice:?}");
    transactions::none_is_open(&home).await;
}

/// The same request again, in one form and the other: it is answered as one request is.
async fn repeat(ann: &Account, talk: &Talk, key: &str, body: &Value, round: usize) {
    let again = || ann.post(&talk.at("/messages"), body.clone()).key(key);
    if round.is_multiple_of(2) {
        assert_eq!(content(&again().stream().await.rest().await), model::ANSWER);
    }
    let first = again().await.expect(201);
    let second = again().await;
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(second.expect(201), first);
    assert_eq!((&first["content"], &first["status"]), (&json!(model::ANSWER), &json!("complete")));
}

/// Everything was said and answered once, in order.
async fn check(talk: &Talk, moment: Moment) {
    let expected = (0..ROUNDS).flat_map(|round| {
        [format!("user: {moment:?} number {round} of many"), format!("assistant: {}", model::ANSWER)]
    });
    assert_eq!(talk.transcript().await, expected.collect::<Vec<_>>());
    assert_eq!(talk.read().await["message_count"], 2 * ROUNDS);
}

async fn a_thread_whose_connection_is_reset_is_made_once(setup: Setup) {
    let home = Arc::clone(&setup.home);
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let model = Model::new(&stead);
    let work = async {
        for (place, moment) in Moment::BEFORE_THE_ANSWER.into_iter().enumerate() {
            for round in 0..FEW_ROUNDS {
                let (title, key) = (format!("{moment:?} {round}"), format!("{moment:?}-{round}"));
                let body = json!({"title": title});
                let mut connection = Connection::open(&ann, "/chat/default/threads", &key, &body).await;
                moment.reach(&mut connection, &model, &title, spread(place, FEW_ROUNDS * round)).await;
                connection.reset();
                let again = ann.post("/chat/default/threads", body).key(&key).await.expect(201);
                assert_eq!(again["title"], json!(title));
            }
        }
    };
    transactions::none_lingers_during(&home, work).await;
    let threads = ann.get("/chat/default/threads?limit=50&message_limit=0").await.expect(200);
    let threads = threads.as_array().unwrap();
    let titles: HashSet<_> = threads.iter().map(|thread| thread["title"].to_string()).collect();
    let expected = Moment::BEFORE_THE_ANSWER.len() * FEW_ROUNDS;
    assert_eq!((titles.len(), threads.len()), (expected, expected));
    transactions::none_is_open(&home).await;
}

/// A part of the time in which a request is worked on; over the rounds it covers all of it.
fn spread(place: usize, round: usize) -> Duration {
    let steps = u64::try_from((7 * round + place) % ROUNDS).expect("a small number");
    Duration::from_micros(120 * steps)
}
