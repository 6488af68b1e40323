//! Wake-ups between nodes on one Postgres.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use stead_adapter_sql::{PostgresOptions, PostgresStore};
use stead_domain::ports::{
    Store,
    store::{Commit, EventQueries, Wakeups},
};
use stead_testkit::builders::{self, Seed};
use tokio_postgres::{AsyncMessage, NoTls};

use crate::stores::database;

async fn node(url: &str) -> PostgresStore {
    PostgresStore::connect(url, PostgresOptions::default()).await.unwrap()
}

async fn say(store: &PostgresStore, seed: &Seed) {
    store.commit(Commit { events: vec![builders::event(&seed.thread)], ..Commit::default() }).await.unwrap();
}

/// Commits until the waiter is woken: what is told while a node does not listen yet is lost.
async fn until_woken(store: &PostgresStore, seed: &Seed, waiter: &mut Wakeups) {
    let asked = Instant::now();
    loop {
        say(store, seed).await;
        if tokio::time::timeout(Duration::from_millis(200), waiter.next()).await.is_ok() {
            return;
        }
        assert!(asked.elapsed() < Duration::from_secs(20), "nobody is woken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_node_is_woken_and_woken_again_after_its_connection_broke() {
    let database = database().await;
    let (here, there) = (node(database.url()).await, node(database.url()).await);
    let seed = Seed::commit(&here).await;
    let mut waiter = there.wakeups();
    for _ in 0..2 {
        until_woken(&here, &seed, &mut waiter).await;
        let beside = database.client().await.unwrap();
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND query ~ '^(LISTEN|NOTIFY|SELECT pg_snapshot_xmin)'";
        assert!(!beside.query(end, &[]).await.unwrap().is_empty());
        // What was rung before the connection broke.
        while tokio::time::timeout(Duration::from_millis(50), waiter.next()).await.is_ok() {}
    }
    until_woken(&here, &seed, &mut waiter).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_tells_the_others_at_most_every_five_milliseconds() {
    let database = database().await;
    let (client, mut connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
    let mut heard = stream::poll_fn(move |context| connection.poll_message(context))
        .filter(|message| std::future::ready(matches!(message, Ok(AsyncMessage::Notification(_)))))
        .boxed();
    tokio::select! {
        listens = client.batch_execute("LISTEN stead_events") => listens.unwrap(),
        _ = heard.next() => panic!("nothing was told yet"),
    }

    let node = node(database.url()).await;
    let seed = Seed::commit(&node).await;
    let begun = Instant::now();
    for _ in 0..300 {
        say(&node, &seed).await;
    }
    let mut told = 0;
    while tokio::time::timeout(Duration::from_secs(2), heard.next()).await.is_ok() {
        told += 1;
        assert!(told <= begun.elapsed().as_millis() / 5 + 2, "{told} times in {:?}", begun.elapsed());
    }
    assert!(told > 0);
    drop(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn wakeups_end_with_the_store() {
    let database = database().await;
    let store = node(database.url()).await;
    let waiter = store.wakeups();
    drop(store);
    // Items may come first; the last of them is followed by the end.
    tokio::time::timeout(Duration::from_secs(20), waiter.count()).await.unwrap();
}
