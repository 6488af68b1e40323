//! The event log on Postgres: transactions end in another order than they begin, and a restore turns back the clock.

use std::time::{Duration, Instant};

use stead_adapter_sql::{PostgresOptions, PostgresStore};
use stead_domain::{
    event::{EventCursor, LoggedEvent},
    ports::{Store, store::Commit},
};
use stead_testkit::builders::{self, Seed};

use crate::stores::{self, database};

async fn say(store: &dyn Store, seed: &Seed) {
    let events = vec![builders::event(&seed.thread)];
    store.commit(Commit { events, ..Commit::default() }).await.unwrap();
}

/// The log after a place, as soon as it holds so many events: other databases of the server hold it back for a moment.
async fn log(store: &dyn Store, after: Option<EventCursor>, count: usize) -> Vec<LoggedEvent> {
    let asked = Instant::now();
    loop {
        let events = store.list_events(after, 1_000).await.unwrap();
        if events.len() >= count {
            assert_eq!(events.len(), count);
            return events;
        }
        assert!(asked.elapsed() < Duration::from_secs(20), "{} of {count} events came", events.len());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_waits_for_every_transaction_that_began_before_it() {
    let (store, database) = stores::postgres().await;
    let seed = Seed::commit(&*store).await;
    let slow = database.client().await.unwrap();
    let append = "INSERT INTO events (epoch, organization_id, audience, kind, subject_id, subject_version, at) \
                  SELECT 1, id, 'organization', 'thread.created', id, 1, now() FROM organizations";
    slow.batch_execute(&format!("BEGIN; {append}")).await.unwrap();
    say(&*store, &seed).await;
    // A reader that saw this one now would never see the other.
    assert!(store.list_events(None, 10).await.unwrap().is_empty());
    slow.batch_execute("COMMIT").await.unwrap();
    let events = log(&*store, None, 2).await;
    assert_eq!(events[0].event.subject_id, seed.organization.id.uuid());
    assert_eq!(log(&*store, Some(events[0].cursor), 1).await, events[1..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_epoch_is_raised_in_another_cluster_and_older_events_stay_readable() {
    let database = database().await;
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    let seed = Seed::commit(&store).await;
    say(&store, &seed).await;
    let before = log(&store, None, 1).await;

    let beside = database.client().await.unwrap();
    let moved = "UPDATE event_epoch SET system_identifier = 'another'; UPDATE events SET transaction_id = '4000000000'";
    beside.batch_execute(moved).await.unwrap();
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    say(&store, &seed).await;
    let after = log(&store, None, 2).await;
    assert_eq!(after[0].event, before[0].event);
    assert_eq!((after[0].cursor.epoch, after[1].cursor.epoch), (1, 2));
    assert_eq!(log(&store, Some(after[0].cursor), 1).await, after[1..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_epoch_is_raised_when_the_log_is_ahead_of_the_cluster() {
    let database = database().await;
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    let seed = Seed::commit(&store).await;
    say(&store, &seed).await;
    let beside = database.client().await.unwrap();
    beside.batch_execute("UPDATE events SET transaction_id = '4000000000'").await.unwrap();
    for _ in 0..2 {
        PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    }
    say(&store, &seed).await;
    let epochs: Vec<i64> = log(&store, None, 2).await.iter().map(|event| event.cursor.epoch).collect();
    assert_eq!(epochs, [1, 2], "raised once");
}
