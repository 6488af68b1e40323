//! What was missed.

use super::{
    Socket,
    socket::{places, request_with},
};
use crate::harness::Stead;

on_both!(what_was_missed_is_told_once_and_in_order, it_is_told_after_a_restart, a_place_that_means_nothing_begins_anew,);

async fn what_was_missed_is_told_once_and_in_order(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let (mut live, begin) = Socket::open(&ann).await;
    let mut told = Vec::new();
    for text in ["1", "2", "3"] {
        talk.say(text).await.expect(201);
        told.extend(places(&live.until("run.ended").await));
    }
    for n in 0..=told.len() {
        let mut again = match n.checked_sub(1) {
            None => Socket::open_again(&ann, &begin).await,
            Some(last) => Socket::open_since(&ann, &told[last].0).await,
        };
        let mut missed = Vec::new();
        while missed.len() < told.len() - n {
            let next = again.next().await;
            missed.extend(places(&[next]).into_iter().filter(|(_, name)| name != "heartbeat"));
        }
        assert_eq!(missed, told[n..], "from {n}");
        again.is_told_nothing().await;
    }
}

async fn it_is_told_after_a_restart(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let (mut live, begin) = Socket::open(&ann).await;
    talk.say("1").await.expect(201);
    let told = places(&live.until("run.ended").await);
    stead.restart().await;
    assert_eq!(live.until("server.closing").await.len(), 1);
    assert_eq!(live.closed().await, 1012);
    let mut again = Socket::open_again(&ann, &begin).await;
    assert_eq!(places(&again.until("run.ended").await), told);
}

async fn a_place_that_means_nothing_begins_anew(stead: Stead) {
    let ann = stead.register("ann").await;
    let mut socket = Socket::open_since(&ann, "ffff-1-1").await;
    let resync = socket.next().await;
    assert_eq!(resync["type"], "resync");
    let mut again = Socket::open_since(&ann, resync["seq"].as_str().unwrap()).await;
    ann.talk().await;
    // What else is told was there before, and nobody had been told.
    socket.until("thread.created").await;
    again.until("thread.created").await;
    let bad = request_with(&ann, &ann.access_token, "?since=nonsense");
    assert_eq!(Socket::refused(bad).await, 400);
}
