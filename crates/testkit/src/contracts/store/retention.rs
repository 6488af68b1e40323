//! What an organization no longer keeps is found by no read, and can be removed. What the builders make is long past by the
//! database's clock.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    Timestamp,
    message::{Message, MessageStatus},
    organization::{Organization, RetentionDays},
    page::Position,
    ports::store::{
        Change, MessageChange, OrganizationChange, Outcome, OutdatedConversation, RunChange, Store, ThreadChange,
    },
    run::{Run, RunStatus},
    thread::Thread,
};

use super::{
    expectations::{apply, apply_one},
    scenes::{
        ago, all_threads, end_of, finish, insert_message, message_ids, messages, page, running_turn, start_next, worker,
    },
};
use crate::builders::{self, Seed};

const DAY: u64 = 24 * 60 * 60;

async fn keeps(store: &dyn Store, seed: &Seed, days: Option<i64>) {
    let retention = days.map(|days| RetentionDays::parse(days).unwrap());
    let organization = Organization { retention, ..seed.organization.clone() };
    let update = Change::Organization(OrganizationChange::Update(organization));
    assert_eq!(apply_one(store, update).await, Outcome::Updated);
}

/// A message of that time, which moves its thread.
async fn said(store: &dyn Store, thread: &Thread, at: Timestamp) -> Message {
    let message = Message { created_at: at, ..builders::user_message(thread, "Hello") };
    insert_message(store, &message).await;
    apply_one(store, Change::Thread(ThreadChange::Touch { conversation: thread.id, at })).await;
    message
}

/// A turn of the seed's thread, of which the messages are of that time too.
async fn turn_of(store: &dyn Store, seed: &Seed, at: Timestamp) -> builders::Turn {
    let turn = builders::turn(&seed.thread);
    let turn = builders::Turn {
        message: Message { created_at: at, ..turn.message },
        answer: Message { created_at: at, ..turn.answer },
        run: Run { created_at: at, ..turn.run },
    };
    apply(store, turn.changes()).await;
    turn
}

pub async fn older_messages_are_found_by_no_read(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let old = seed.messages(&*store, 3).await;
    let elsewhere = other.messages(&*store, 1).await.remove(0);
    let edge = said(&*store, &seed.thread, ago(&*store, 30 * DAY + 60).await).await;
    let kept = said(&*store, &seed.thread, ago(&*store, 30 * DAY - 60).await).await;
    let fresh = said(&*store, &seed.thread, ago(&*store, 60).await).await;
    keeps(&*store, &seed, Some(30)).await;
    assert_eq!(message_ids(&*store, &seed.thread).await, vec![kept.id, fresh.id]);
    let newest = messages(&*store, &seed.thread, page(Position::Newest, 1)).await;
    assert!(newest.has_older);
    let first = messages(&*store, &seed.thread, page(Position::Before(fresh.id.uuid()), 100)).await;
    assert_eq!((first.items.len(), first.has_older), (1, false));
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 2);
    for hidden in old.iter().chain([&edge]) {
        assert_eq!(store.find_message(seed.organization.id, hidden.id).await.unwrap(), None);
    }
    let listed = store.list_threads(all_threads(&seed)).await.unwrap();
    let latest: Vec<_> = listed[0].1.iter().map(|item| item.message.id).collect();
    assert_eq!(latest, vec![kept.id, fresh.id]);
    assert_eq!(message_ids(&*store, &other.thread).await, vec![elsewhere.id], "another organization's stay");
    keeps(&*store, &seed, None).await;
    assert_eq!(message_ids(&*store, &seed.thread).await.len(), 6);
}

pub async fn a_thread_without_activity_for_so_long_is_found_by_no_read(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let active = seed.another_thread(&*store).await;
    said(&*store, &active, ago(&*store, 60).await).await;
    keeps(&*store, &seed, Some(30)).await;
    assert_eq!(store.find_thread(seed.organization.id, seed.thread.id).await.unwrap(), None);
    assert!(store.find_thread(seed.organization.id, active.id).await.unwrap().is_some());
    let listed = store.list_threads(all_threads(&seed)).await.unwrap();
    assert_eq!(listed.iter().map(|(thread, _)| thread.id).collect::<Vec<_>>(), vec![active.id]);
    keeps(&*store, &seed, None).await;
    assert!(store.find_thread(seed.organization.id, seed.thread.id).await.unwrap().is_some());
}

pub async fn an_older_run_is_found_until_it_has_ended(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    keeps(&*store, &seed, Some(30)).await;
    assert!(store.find_run(seed.organization.id, turn.run.id).await.unwrap().is_some());
    finish(&*store, &lease, end_of(turn.run.id, RunStatus::Completed)).await;
    assert_eq!(store.find_run(seed.organization.id, turn.run.id).await.unwrap(), None);
}

pub async fn outdated_conversations_are_listed_page_by_page(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    other.messages(&*store, 1).await;
    let (now, mut expected) = (ago(&*store, 60).await, vec![seed.thread.id]);
    let alive = seed.another_thread(&*store).await;
    seed.messages(&*store, 1).await;
    insert_message(&*store, &builders::user_message(&alive, "Long ago")).await;
    said(&*store, &alive, now).await;
    expected.push(alive.id);
    let idle = seed.another_thread(&*store).await;
    expected.push(idle.id);
    let whole = seed.another_thread(&*store).await;
    said(&*store, &whole, now).await;
    let deleted = seed.another_thread(&*store).await;
    apply_one(&*store, Change::Thread(ThreadChange::Delete { conversation: deleted.id, at: now })).await;
    assert_eq!(store.list_outdated(None, 10).await.unwrap(), vec![]);

    keeps(&*store, &seed, Some(30)).await;
    let mut outdated: Vec<OutdatedConversation> = Vec::new();
    loop {
        let page = store.list_outdated(outdated.last().map(|last| last.conversation), 2).await.unwrap();
        assert!(page.len() <= 2);
        if page.is_empty() {
            break;
        }
        outdated.extend(page);
    }
    assert_eq!(outdated.iter().map(|found| found.conversation).collect::<Vec<_>>(), expected);
    let idle = Some((seed.owner.id, 1));
    assert_eq!(outdated.iter().map(|found| found.idle_thread_of).collect::<Vec<_>>(), vec![idle, None, idle]);
    for found in outdated {
        assert_eq!(found.organization, seed.organization.id);
        let kept = store.now().await.unwrap().since(found.keep_since);
        assert!(kept.abs_diff(Duration::from_secs(30 * DAY)) < Duration::from_secs(60), "{kept:?}");
    }
}

pub async fn what_is_from_before_is_purged_with_what_hangs_on_it(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (before, later) = (ago(&*store, 600).await, ago(&*store, 60).await);
    let (old, lease) = running_turn(&*store, &seed).await;
    finish(&*store, &lease, end_of(old.run.id, RunStatus::Completed)).await;
    let unfinished = turn_of(&*store, &seed, builders::at()).await;
    let (_, lease) = start_next(&*store, &seed.thread, worker()).await.expect("a run to start");
    let fresh = turn_of(&*store, &seed, later).await;
    let purge = || {
        let (conversation, at_most) = (seed.thread.id, 1);
        Change::Message(MessageChange::PurgeBefore { conversation, before, at_most })
    };
    let mut removed = 0;
    while apply_one(&*store, purge()).await == Outcome::Updated {
        removed += 1;
        assert!(removed < 20);
    }
    assert_eq!(removed, 3, "the run and its two messages");
    let left = [&unfinished, &fresh].into_iter().flat_map(|turn| [turn.message.id, turn.answer.id]);
    assert_eq!(message_ids(&*store, &seed.thread).await, left.collect::<Vec<_>>());
    assert_eq!(store.find_run(seed.organization.id, old.run.id).await.unwrap(), None);

    let answered = super::scenes::answered(unfinished.answer.id, MessageStatus::Complete);
    apply_one(&*store, answered).await;
    finish(&*store, &lease, end_of(unfinished.run.id, RunStatus::Completed)).await;
    while apply_one(&*store, purge()).await == Outcome::Updated {}
    assert_eq!(message_ids(&*store, &seed.thread).await, vec![fresh.message.id, fresh.answer.id]);
    assert!(store.find_run(seed.organization.id, fresh.run.id).await.unwrap().is_some());
    let cancel = Change::Run(RunChange::RequestCancel(unfinished.run.id));
    assert_eq!(apply_one(&*store, cancel).await, Outcome::Unchanged, "its run is gone");
}
