//! The event log: on Postgres transactions end in another order than they begin, and a restore turns back the clock.

use std::time::{Duration, Instant};

use stead_adapter_sql::{PostgresOptions, PostgresStore};
use stead_domain::{
    event::{EventCursor, EventPage, LoggedEvent},
    ports::{
        Store,
        store::{Commit, EventQueries},
    },
};
use stead_testkit::builders::{self, Seed};

use crate::stores::{self, SqliteFile, database};

async fn say(store: &dyn Store, seed: &Seed) {
    let events = vec![builders::event(&seed.thread)];
    store.commit(Commit { events, ..Commit::default() }).await.unwrap();
}

/// The log after a place, as soon as it holds so many events: other databases of the server hold it back for a moment.
async fn log(store: &dyn Store, after: Option<EventCursor>, count: usize) -> Vec<LoggedEvent> {
    let asked = Instant::now();
    loop {
        let EventPage::Events(events) = store.list_events(after, 1_000).await.unwrap() else {
            panic!("{after:?} is void");
        };
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
    assert_eq!(store.list_events(None, 10).await.unwrap(), EventPage::Events(vec![]));
    slow.batch_execute("COMMIT").await.unwrap();
    let events = log(&*store, None, 2).await;
    assert_eq!(events[0].event.subject_id, seed.organization.id.uuid());
    assert_eq!(log(&*store, Some(events[0].cursor), 1).await, events[1..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_another_cluster_older_places_are_void() {
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
    assert_eq!(store.list_events(Some(before[0].cursor), 10).await.unwrap(), EventPage::Void);
    let after = log(&store, None, 1).await;
    assert_eq!((before[0].cursor.epoch, after[0].cursor.epoch), (1, 2));
    assert_eq!(log(&store, Some(after[0].cursor), 0).await, []);
}

/// Where the new cluster counts further than the old one did, its numbers tell nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_epoch_is_raised_when_the_cluster_is_another_and_its_numbers_are_higher() {
    let database = database().await;
    let connect = || PostgresStore::connect(database.url(), PostgresOptions::default());
    let epoch = async |store: &PostgresStore| store.end_of_events().await.unwrap().epoch;
    let store = connect().await.unwrap();
    let seed = Seed::commit(&store).await;
    say(&store, &seed).await;
    let before = log(&store, None, 1).await;
    let beside = database.client().await.unwrap();
    beside.batch_execute("UPDATE event_epoch SET system_identifier = system_identifier || '0'").await.unwrap();

    let store = connect().await.unwrap();
    assert_eq!(epoch(&store).await, 2);
    assert_eq!(store.list_events(Some(before[0].cursor), 10).await.unwrap(), EventPage::Void);
    // The first start in a cluster notes it; the next one there changes nothing.
    assert_eq!(epoch(&connect().await.unwrap()).await, 2);
    beside.batch_execute("UPDATE event_epoch SET system_identifier = NULL").await.unwrap();
    assert_eq!(epoch(&connect().await.unwrap()).await, 2);
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
    let end = store.end_of_events().await.unwrap();
    say(&store, &seed).await;
    let after = log(&store, Some(end), 1).await;
    assert_eq!((end.epoch, after[0].cursor.epoch), (2, 2), "raised once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_whose_event_was_undone_is_void() {
    let (store, database) = stores::postgres().await;
    let seed = Seed::commit(&*store).await;
    say(&*store, &seed).await;
    say(&*store, &seed).await;
    let before = log(&*store, None, 2).await;
    let beside = database.client().await.unwrap();
    // What an older dump, loaded into the same cluster, does not have.
    beside.execute("DELETE FROM events WHERE position = $1", &[&before[1].cursor.row]).await.unwrap();
    say(&*store, &seed).await;
    assert_eq!(store.list_events(Some(before[1].cursor), 10).await.unwrap(), EventPage::Void);
    assert_eq!(log(&*store, Some(before[0].cursor), 1).await.len(), 1);
}

/// Without `restore`, which raises the epoch: the file is put back by hand.
#[tokio::test(flavor = "multi_thread")]
async fn a_place_from_before_an_older_sqlite_file_was_put_back_is_void() {
    let file = SqliteFile::new();
    let copy = file.path().with_file_name("copy.db");
    let store = file.open();
    let seed = Seed::commit(&store).await;
    say(&store, &seed).await;
    let kept = store.end_of_events().await.unwrap();
    drop(store);
    std::fs::copy(file.path(), &copy).unwrap();
    let store = file.open();
    say(&store, &seed).await;
    let undone = store.end_of_events().await.unwrap();
    drop(store);
    std::fs::copy(&copy, file.path()).unwrap();

    let store = file.open();
    for rows in 1..=3 {
        say(&store, &seed).await;
        assert_eq!(store.list_events(Some(undone), 10).await.unwrap(), EventPage::Void);
        assert_eq!(log(&store, Some(kept), rows).await.len(), rows);
    }
}
