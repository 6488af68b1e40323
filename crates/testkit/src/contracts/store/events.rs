//! The event log.

use std::{collections::HashSet, sync::Arc};

use stead_domain::{
    event::{Audience, EventCursor, EventKind, EventPage, NewEvent},
    ports::store::{Change, Commit, MessageChange, Store},
};

use super::{
    concurrency::all_at_once,
    expectations::{conflict, done},
    scenes::{events_after, listed},
};
use crate::builders::{self, Seed};

fn telling(events: Vec<NewEvent>) -> Commit {
    Commit { events, ..Commit::default() }
}

fn some_events(seed: &Seed, count: usize) -> Vec<NewEvent> {
    (0..count).map(|_| builders::event(&seed.thread)).collect()
}

async fn log(store: &dyn Store, count: usize) -> Vec<NewEvent> {
    events_after(store, None, count, 1_000).await.into_iter().map(|logged| logged.event).collect()
}

/// Nothing was told until now: an event that is told now is the first.
pub(super) async fn nothing_is_logged(store: &dyn Store, seed: &Seed) {
    let first = builders::event(&seed.thread);
    done(store, telling(vec![first.clone()])).await;
    assert_eq!(log(store, 1).await, vec![first]);
}

pub async fn every_kind_of_event_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut events = Vec::new();
    for kind in EventKind::ALL {
        for audience in [Audience::Members, Audience::Organization, Audience::User(seed.owner.id)] {
            for conversation_id in [None, Some(seed.thread.id)] {
                let version = 1 << 40;
                let event = builders::event(&seed.thread);
                events.push(NewEvent { kind, audience, conversation_id, subject_version: version, ..event });
            }
        }
    }
    done(&*store, telling(events.clone())).await;
    assert_eq!(log(&*store, events.len()).await, events);
}

pub async fn the_log_begins_empty(store: Arc<dyn Store>) {
    Seed::commit(&*store).await;
    assert_eq!(listed(&*store, None, 1_000).await, vec![]);
}

pub async fn events_are_in_the_order_of_their_commits(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let events = some_events(&seed, 12);
    for commit in events.chunks(3) {
        done(&*store, telling(commit.to_vec())).await;
    }
    assert_eq!(log(&*store, 12).await, events);
}

pub async fn the_log_holds_the_events_of_all_organizations(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let events = [builders::event(&seed.thread), builders::event(&other.thread), builders::event(&seed.thread)];
    for event in &events {
        done(&*store, telling(vec![event.clone()])).await;
    }
    assert_eq!(log(&*store, 3).await, events);
}

pub async fn events_are_listed_once_across_cursors(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let events = some_events(&seed, 11);
    done(&*store, telling(events.clone())).await;
    for limit in [1, 2, 5, 11, 1_000] {
        let listed: Vec<NewEvent> =
            events_after(&*store, None, 11, limit).await.into_iter().map(|logged| logged.event).collect();
        assert_eq!(listed, events, "{limit}");
    }
}

pub async fn a_cursor_is_the_place_after_its_event(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    done(&*store, telling(some_events(&seed, 5))).await;
    let all = events_after(&*store, None, 5, 1_000).await;
    for (n, logged) in all.iter().enumerate() {
        assert_eq!(listed(&*store, Some(logged.cursor), 1_000).await, all[n + 1..]);
    }
    let cursors: HashSet<(i64, i64, i64)> =
        all.iter().map(|logged| logged.cursor).map(|at| (at.epoch, at.transaction, at.row)).collect();
    assert_eq!(cursors.len(), 5);
    assert!(all.iter().all(|logged| logged.cursor.epoch == all[0].cursor.epoch));
}

pub async fn a_cursor_finds_what_came_later(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    done(&*store, telling(some_events(&seed, 2))).await;
    let end: EventCursor = events_after(&*store, None, 2, 1_000).await[1].cursor;
    assert_eq!(listed(&*store, Some(end), 1_000).await, vec![]);
    let later = some_events(&seed, 2);
    done(&*store, telling(later.clone())).await;
    let found = events_after(&*store, Some(end), 2, 1_000).await;
    assert_eq!(found.into_iter().map(|logged| logged.event).collect::<Vec<_>>(), later);
}

pub async fn a_commit_that_conflicts_tells_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let message = seed.messages(&*store, 1).await.remove(0);
    let changes = vec![Change::Message(MessageChange::Insert(message))];
    conflict(&*store, Commit { changes, ..telling(some_events(&seed, 2)) }).await;
    nothing_is_logged(&*store, &seed).await;
}

pub async fn a_reader_misses_nothing_of_many_writers(store: Arc<dyn Store>) {
    const WRITERS: usize = 8;
    const COMMITS: usize = 20;
    let seed = Seed::commit(&*store).await;
    let told: Vec<Vec<Vec<NewEvent>>> =
        (0..WRITERS).map(|_| (0..COMMITS).map(|n| some_events(&seed, 1 + n % 3)).collect()).collect();
    let count = told.iter().flatten().map(Vec::len).sum();

    let writers = told.clone().into_iter().map(|commits| {
        let store = Arc::clone(&store);
        async move {
            for events in commits {
                done(&*store, telling(events)).await;
            }
        }
    });
    let (_, listed) = tokio::join!(all_at_once(writers), events_after(&*store, None, count, 7));

    let listed: Vec<NewEvent> = listed.into_iter().map(|logged| logged.event).collect();
    assert_eq!(listed.len(), count, "each once");
    for commits in told {
        let mine: HashSet<_> = commits.iter().flatten().map(|event| event.subject_id).collect();
        let seen: Vec<NewEvent> = listed.iter().filter(|event| mine.contains(&event.subject_id)).cloned().collect();
        assert_eq!(seen, commits.concat(), "a writer's events in the order of its commits");
    }
    assert_eq!(log(&*store, count).await, listed, "the log stays as it was read");
}

pub async fn the_end_of_the_log_moves_on_and_misses_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let beginning = store.end_of_events().await.unwrap();
    assert_eq!(listed(&*store, Some(beginning), 10).await, vec![]);
    let events = some_events(&seed, 3);
    done(&*store, telling(events.clone())).await;
    let told = events_after(&*store, Some(beginning), 3, 1_000).await;
    assert_eq!(told.iter().map(|logged| logged.event.clone()).collect::<Vec<_>>(), events);
    let end = store.end_of_events().await.unwrap();
    assert_eq!(end, told[2].cursor);
    assert_eq!(listed(&*store, Some(end), 10).await, vec![]);
}

pub async fn a_place_that_the_log_never_gave_is_void(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    done(&*store, telling(some_events(&seed, 2))).await;
    let place = events_after(&*store, None, 2, 1_000).await[1].cursor;
    let others = [
        EventCursor { epoch: place.epoch - 1, ..place },
        EventCursor { epoch: place.epoch + 1, ..place },
        EventCursor { transaction: place.transaction + 1, ..place },
        EventCursor { row: place.row + 1, ..place },
    ];
    for other in others {
        assert_eq!(store.list_events(Some(other), 10).await.unwrap(), EventPage::Void, "{other:?}");
    }
}
