//! A caller that goes away leaves nothing behind: no transaction, no lock, no half of a commit.

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use stead_adapter_sql::{PostgresOptions, PostgresStore};
use stead_domain::ports::{
    Store,
    store::{Change, Commit, Committed, Guard, MessageChange, MessageQueries, StoreError, ThreadChange, Versioned},
};
use stead_testkit::builders::{self, Seed};
use tokio_postgres::Client;

use crate::stores::database;

fn guarded_message(seed: &Seed) -> Commit {
    let guard = Guard::Thread { organization: seed.organization.id, conversation: seed.thread.id };
    let message = builders::user_message(&seed.thread, "Gone before it was kept.");
    let touch = ThreadChange::Touch { conversation: seed.thread.id, at: builders::at() };
    builders::guarded([guard], [Change::Message(MessageChange::Insert(message)), Change::Thread(touch)])
}

/// Sessions of the store that are inside a transaction.
async fn open_transactions(client: &Client) -> i64 {
    let query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                 AND application_name = 'stead' AND xact_start IS NOT NULL";
    client.query_one(query, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_commit_leaves_no_transaction_open() {
    let database = database().await;
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    let seed = Seed::commit(&store).await;
    for wait in 0..30 {
        let commit = store.commit(guarded_message(&seed));
        // Sometimes before it has begun, sometimes in the middle, sometimes after.
        let answered = tokio::time::timeout(Duration::from_micros(wait * 100), commit).await;
        assert!(answered.is_err() || answered.unwrap().is_ok());
    }
    let client = database.client().await.unwrap();
    let asked = Instant::now();
    while open_transactions(&client).await > 0 {
        assert!(asked.elapsed() < Duration::from_secs(5), "a transaction is still open");
    }
    // Nobody is locked out, and every commit that was begun has ended.
    store.commit(guarded_message(&seed)).await.unwrap();
    assert!(store.count_messages(seed.thread.id).await.unwrap() >= 1);
}

#[test]
fn a_commit_goes_on_when_the_runtime_of_its_caller_ends() {
    let main = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (database, store, seed) = main.block_on(async {
        let database = database().await;
        let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
        let seed = Seed::commit(&store).await;
        (database, store, seed)
    });
    // What the worker of a web server is: a runtime of one thread.
    let worker = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    worker.block_on(async {
        assert!(store.commit(guarded_message(&seed)).now_or_never().is_none(), "polled once, then dropped");
    });
    drop(worker);
    main.block_on(async {
        let asked = Instant::now();
        while store.count_messages(seed.thread.id).await.unwrap() == 0 {
            assert!(asked.elapsed() < Duration::from_secs(5), "the commit was dropped");
        }
    });
    drop(database);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_not_given_is_unavailable() {
    let database = database().await;
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    let seed = Seed::commit(&store).await;
    let client = database.client().await.unwrap();
    client.batch_execute("BEGIN; SELECT * FROM conversations FOR UPDATE").await.unwrap();
    let answer = store.commit(guarded_message(&seed)).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    client.batch_execute("ROLLBACK").await.unwrap();
    assert!(matches!(store.commit(guarded_message(&seed)).await, Ok(Committed::Done(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_the_server_closed_are_replaced() {
    let database = database().await;
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    store.now().await.unwrap();
    let client = database.client().await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND application_name = 'stead'";
    assert!(!client.query(end, &[]).await.unwrap().is_empty());
    // The news may take a moment; until then the answer is that the database cannot be used now.
    let asked = Instant::now();
    loop {
        match store.now().await {
            Ok(_) => break,
            Err(StoreError::Unavailable(_)) if asked.elapsed() < Duration::from_secs(5) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_pool_is_unavailable() {
    let database = database().await;
    let options =
        PostgresOptions { connections: 1, acquire_timeout: Duration::from_millis(50), ..PostgresOptions::default() };
    let store = PostgresStore::connect(database.url(), options).await.unwrap();
    let seed = Seed::commit(&store).await;
    let client = database.client().await.unwrap();
    client.batch_execute("BEGIN; SELECT * FROM conversations FOR UPDATE").await.unwrap();
    let watcher = database.client().await.unwrap();
    // Not one for a group, which would wait for a tenth of a second only.
    let mut alone = guarded_message(&seed);
    alone.guards.push(Guard::Version(Versioned::Thread(seed.thread.id), 1));
    let (held, refused) = tokio::join!(store.commit(alone), async {
        until_somebody_waits_for_a_lock(&watcher).await;
        store.now().await
    });
    assert!(matches!(held, Err(StoreError::Unavailable(_))), "{held:?}");
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}

/// The commit has the pool's only connection when its statement waits.
async fn until_somebody_waits_for_a_lock(watcher: &tokio_postgres::Client) {
    let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let asked = Instant::now();
    while watcher.query(waits, &[]).await.unwrap().is_empty() {
        assert!(asked.elapsed() < Duration::from_secs(5), "nobody waits");
    }
}
