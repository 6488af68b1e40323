//! Many at once.

use std::{future::Future, sync::Arc, time::Duration};

use futures_util::poll;
use stead_domain::{
    Json, MessageId,
    message::{Author, Message},
    ports::store::{
        Change, Commit, Committed, Guard, MessageChange, Outcome, Store, StoreError, ThreadChange, UniqueKey, Versioned,
    },
    thread::Thread,
};
use tokio::task::JoinSet;

use super::{
    expectations::{apply_one, done, holds},
    scenes::{events_after, message_ids, run_now, start_next, start_next_of, thread_guard, thread_now, worker},
};
use crate::builders::{self, Seed};

/// Runs all of them in parallel; their answers come in the order in which they were given.
pub(super) async fn all_at_once<F>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for (n, future) in futures.into_iter().enumerate() {
        tasks.spawn(async move { (n, future.await) });
    }
    let mut answers = tasks.join_all().await;
    answers.sort_by_key(|(n, _)| *n);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn insert(message: &Message) -> Change {
    Change::Message(MessageChange::Insert(message.clone()))
}

/// How many of the commits landed; every other was refused by a guard like this.
async fn landed(store: &Arc<dyn Store>, commits: Vec<Commit>, refusal: fn(&Guard) -> bool) -> usize {
    let answers = all_at_once(commits.into_iter().map(|commit| {
        let store = Arc::clone(store);
        async move { store.commit(commit).await }
    }))
    .await;
    let mut landed = 0;
    for answer in answers {
        match answer {
            Ok(Committed::Done(_)) => landed += 1,
            Err(StoreError::Refused(guard)) if refusal(&guard) => {}
            other => panic!("neither done nor refused as expected: {other:?}"),
        }
    }
    landed
}

pub async fn commits_of_many_writers_are_all_there(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let written = all_at_once((0..32).map(|_| {
        let (store, thread) = (Arc::clone(&store), seed.thread.clone());
        async move {
            let mut written = Vec::new();
            for n in 0..20 {
                let message = builders::user_message(&thread, &format!("Message {n}"));
                assert_eq!(apply_one(&*store, insert(&message)).await, Outcome::Inserted);
                written.push(message);
            }
            written
        }
    }))
    .await;
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 32 * 20);
    for message in written.into_iter().flatten() {
        let found = store.find_message(seed.organization.id, message.id).await.unwrap().expect("a kept message");
        assert_eq!(found.message, message);
    }
}

pub async fn one_writer_of_a_version_wins(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let commits = (0..16).map(|n| {
        let metadata = Json::empty().with("writer", n);
        let thread = Thread { metadata, version: 2, ..seed.thread.clone() };
        let guard = Guard::Version(Versioned::Thread(thread.id), 1);
        builders::guarded([guard], [Change::Thread(ThreadChange::Update(thread))])
    });
    let refusal = |guard: &Guard| matches!(guard, Guard::Version(..));
    assert_eq!(landed(&store, commits.collect(), refusal).await, 1);
    assert_eq!(thread_now(&*store, &seed.thread).await.version, 2);
}

pub async fn commits_that_guard_a_thread_see_each_other(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let newest = Guard::Newest { conversation: seed.thread.id, message: None };
    let commits = (0..16).map(|_| {
        let message = builders::user_message(&seed.thread, "First!");
        builders::guarded([thread_guard(&seed.thread), newest.clone()], [insert(&message)])
    });
    let refusal = |guard: &Guard| matches!(guard, Guard::Newest { .. });
    assert_eq!(landed(&store, commits.collect(), refusal).await, 1);
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 1);
}

pub async fn a_queue_never_grows_beyond_its_room(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let room = Guard::QueueRoom { conversation: seed.thread.id, agent: seed.agent.id, max: 10 };
    let commits = (0..24)
        .map(|_| builders::guarded([thread_guard(&seed.thread), room.clone()], builders::turn(&seed.thread).changes()));
    let refusal = |guard: &Guard| matches!(guard, Guard::QueueRoom { .. });
    assert_eq!(landed(&store, commits.collect(), refusal).await, 10);
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 20);
}

pub async fn nobody_is_stood_in_for_more_often_than_there_is_room(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let owner = &seed.owner;
    let author = Author::Agent { agent: seed.agent.id, on_behalf_of: Some(owner.id) };
    let threads = [seed.thread.clone(), seed.another_thread(&*store).await, seed.another_thread(&*store).await];
    let earlier = Message { author, from_ai: true, ..builders::user_message(&seed.thread, "Yesterday") };
    apply_one(&*store, insert(&earlier)).await;
    let since = earlier.created_at.plus(Duration::from_secs(1));
    let room = |max| Guard::StandInRoom { organization: seed.organization.id, user: owner.id, since, max };
    let commits = (0..24).map(|n| {
        let thread = &threads[n % threads.len()];
        let answer = builders::user_message(thread, "In their stead");
        let created_at = since.plus(Duration::from_secs(n as u64));
        builders::guarded([room(5)], [insert(&Message { author, from_ai: true, created_at, ..answer })])
    });
    let refusal = |guard: &Guard| matches!(guard, Guard::StandInRoom { .. });
    assert_eq!(landed(&store, commits.collect(), refusal).await, 5);
    assert_eq!(store.times_stood_in(owner.id, since, 100).await.unwrap(), 5);
    assert!(!holds(&*store, room(5)).await && holds(&*store, room(6)).await);
    let other = seed.another_user(&*store).await;
    let theirs = Guard::StandInRoom { organization: seed.organization.id, user: other.id, since, max: 1 };
    assert!(holds(&*store, theirs).await);
    let elsewhere = Seed::commit(&*store).await;
    let foreign = Guard::StandInRoom { organization: elsewhere.organization.id, user: owner.id, since, max: 9 };
    assert!(!holds(&*store, foreign).await);
}

pub async fn one_of_many_concurrent_starts_happens(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let first = seed.turn(&*store).await;
    let second = seed.turn(&*store).await;
    let started = all_at_once((0..16).map(|_| {
        let (store, thread) = (Arc::clone(&store), seed.thread.clone());
        async move { start_next(&*store, &thread, worker()).await }
    }))
    .await;
    let started: Vec<_> = started.into_iter().flatten().collect();
    assert_eq!(started.iter().map(|(run, _)| *run).collect::<Vec<_>>(), vec![first.run.id]);
    assert_eq!(run_now(&*store, &second.run).await, second.run);
}

pub async fn starts_and_claims_never_run_two_at_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let first = seed.turn(&*store).await;
    seed.turn(&*store).await;
    let started = all_at_once((0..16).map(|n| {
        let (store, thread) = (Arc::clone(&store), seed.thread.clone());
        async move {
            if n % 2 == 0 {
                return start_next(&*store, &thread, worker()).await.map(|(run, _)| run);
            }
            store.claim_runs(worker(), 5).await.unwrap().pop().map(|claimed| claimed.run.id)
        }
    }))
    .await;
    assert_eq!(started.into_iter().flatten().collect::<Vec<_>>(), vec![first.run.id]);
}

pub async fn a_failing_commit_harms_no_other(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let taken = seed.messages(&*store, 1).await.remove(0);
    let unknown = builders::thread(&seed.agent, &seed.owner);
    let answers = all_at_once((0..64).map(|n| {
        let (store, message) = (Arc::clone(&store), builders::user_message(&seed.thread, "Hello"));
        let commit = match n % 4 {
            0 => builders::commit([insert(&message), insert(&taken)]),
            1 => builders::guarded([thread_guard(&unknown)], [insert(&message)]),
            _ => builders::commit([insert(&message)]),
        };
        async move { (message.id, store.commit(commit).await) }
    }))
    .await;
    let mut expected: Vec<MessageId> = vec![taken.id];
    for (n, (message, answer)) in answers.into_iter().enumerate() {
        match (n % 4, answer) {
            (0, Err(StoreError::Conflict(UniqueKey::Id))) | (1, Err(StoreError::Refused(Guard::Thread { .. }))) => {}
            (2 | 3, Ok(Committed::Done(outcomes))) => {
                assert_eq!(outcomes, vec![Outcome::Inserted]);
                expected.push(message);
            }
            (_, other) => panic!("commit {n}: {other:?}"),
        }
    }
    assert_eq!(message_ids(&*store, &seed.thread).await, expected);
}

pub async fn one_of_many_concurrent_inserts_of_an_id_lands(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let message = builders::user_message(&seed.thread, "Once");
    let answers = all_at_once((0..16).map(|_| {
        let (store, commit) = (Arc::clone(&store), builders::commit([insert(&message)]));
        async move { store.commit(commit).await }
    }))
    .await;
    let done = answers.iter().filter(|answer| answer.is_ok()).count();
    let conflicts = answers.iter().filter(|answer| matches!(answer, Err(StoreError::Conflict(UniqueKey::Id)))).count();
    assert_eq!((done, conflicts), (1, 15), "{answers:?}");
}

/// A commit whose future is dropped after so many polls runs to its end, or was never begun. Asking again with the same
/// key tells which, and either way all of it is then there, once.
pub async fn a_dropped_commit_is_never_half_done(store: Arc<dyn Store>) {
    const DROPS: usize = 24;
    let seed = Seed::commit(&*store).await;
    for polls in 0..DROPS {
        let thread = builders::thread(&seed.agent, &seed.owner);
        let turn = builders::turn(&thread);
        let mut changes = vec![Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))];
        changes.extend(turn.changes());
        let commit = Commit {
            idempotency: Some(builders::idempotency(&seed.owner, &format!("drop {polls}"))),
            events: vec![builders::event(&thread), builders::event(&thread)],
            jobs: vec![builders::job(&thread)],
            ..builders::commit(changes)
        };
        let mut asked = store.commit(commit.clone());
        for _ in 0..polls {
            if poll!(&mut asked).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(asked);

        match store.commit(commit.clone()).await {
            Ok(Committed::Done(outcomes)) => assert_eq!(outcomes, vec![Outcome::Inserted; 4]),
            Ok(Committed::Replayed(record)) => assert_eq!(Some(record), commit.idempotency),
            Err(error) => panic!("after {polls} polls: {error:?}"),
        }
        assert_eq!(thread_now(&*store, &thread).await, thread);
        assert_eq!(message_ids(&*store, &thread).await, vec![turn.message.id, turn.answer.id]);
        assert_eq!(run_now(&*store, &turn.run).await, turn.run);
    }
    assert_eq!(store.claim_jobs(worker(), 100).await.unwrap().len(), DROPS);
    assert_eq!(events_after(&*store, None, 2 * DROPS, 1_000).await.len(), 2 * DROPS);
}

/// A dropped future leaves no lock behind: the thread that it guarded can be written at once.
pub async fn a_dropped_commit_locks_nobody_out(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for polls in 0..16 {
        let message = builders::user_message(&seed.thread, "Dropped");
        let mut asked = store.commit(builders::guarded([thread_guard(&seed.thread)], [insert(&message)]));
        for _ in 0..polls {
            if poll!(&mut asked).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(asked);
        let next = builders::user_message(&seed.thread, "Next");
        done(&*store, builders::guarded([thread_guard(&seed.thread)], [insert(&next)])).await;
    }
}

/// While threads are deleted, messages come: afterwards nothing of a deleted thread is to be seen or started.
pub async fn nothing_is_added_to_a_thread_that_is_being_deleted(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let answers = all_at_once((0..16).map(|n| {
        let (store, thread) = (Arc::clone(&store), seed.thread.clone());
        async move {
            if n == 7 {
                let delete = Change::Thread(ThreadChange::Delete { conversation: thread.id, at: builders::at() });
                return store.commit(builders::guarded([thread_guard(&thread)], [delete])).await;
            }
            let start = start_next_of(thread.id, thread.agent_id, worker());
            let changes = builders::turn(&thread).changes().into_iter().chain([start]);
            store.commit(builders::guarded([thread_guard(&thread)], changes)).await
        }
    }))
    .await;
    for answer in answers {
        assert!(
            matches!(answer, Ok(Committed::Done(_)) | Err(StoreError::Refused(Guard::Thread { .. }))),
            "{answer:?}"
        );
    }
    assert_eq!(store.find_thread(seed.organization.id, seed.thread.id).await.unwrap(), None);
    assert_eq!(store.claim_runs(worker(), 100).await.unwrap(), vec![]);
}
