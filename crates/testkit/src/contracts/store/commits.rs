//! Commits: all of one lands, or nothing.

use std::sync::Arc;

use stead_domain::{
    agent::Agent,
    message::Message,
    page::Position,
    ports::store::{
        AgentChange, Change, Commit, MessageChange, Outcome, SessionChange, Store, StoreError, ThreadChange, UniqueKey,
        UserChange,
    },
    thread::Thread,
    user::User,
};

use super::{
    expectations::{apply, apply_one, conflict, conflict_of, done},
    scenes::{message_ids, messages, page, thread_now},
};
use crate::builders::{self, Seed};

fn insert(message: &Message) -> Change {
    Change::Message(MessageChange::Insert(message.clone()))
}

pub async fn a_commit_of_nothing_is_done(store: Arc<dyn Store>) {
    assert_eq!(done(&*store, Commit::default()).await, vec![]);
}

pub async fn outcomes_are_in_the_order_of_changes(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let message = builders::user_message(&seed.thread, "Hello");
    let unknown = builders::thread(&seed.agent, &seed.owner);
    let touch = |thread: &Thread| Change::Thread(ThreadChange::Touch { conversation: thread.id, at: builders::at() });
    let outcomes = apply(&*store, [touch(&unknown), insert(&message), touch(&seed.thread), touch(&unknown)]).await;
    assert_eq!(outcomes, [Outcome::Unchanged, Outcome::Inserted, Outcome::Updated, Outcome::Unchanged]);
}

pub async fn changes_are_applied_in_their_order(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let thread = builders::thread(&seed.agent, &seed.owner);
    let first = Thread { archived: true, version: 2, ..thread.clone() };
    let last = Thread { archived: false, version: 3, ..thread.clone() };
    let outcomes = apply(
        &*store,
        [
            Change::Thread(ThreadChange::Insert(thread, builders::id())),
            Change::Thread(ThreadChange::Update(first)),
            Change::Thread(ThreadChange::Update(last.clone())),
        ],
    )
    .await;
    assert_eq!(outcomes, [Outcome::Inserted, Outcome::Updated, Outcome::Updated]);
    assert_eq!(thread_now(&*store, &last).await, last);
}

pub async fn a_commit_that_conflicts_leaves_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let there = seed.messages(&*store, 1).await.remove(0);
    let before = builders::user_message(&seed.thread, "Before");
    let after = builders::user_message(&seed.thread, "After");
    let renamed = Thread { archived: true, version: 2, ..seed.thread.clone() };
    let changes = [insert(&before), Change::Thread(ThreadChange::Update(renamed)), insert(&there), insert(&after)];
    assert_eq!(conflict(&*store, builders::commit(changes)).await, UniqueKey::Id);
    assert_eq!(message_ids(&*store, &seed.thread).await, vec![there.id]);
    assert_eq!(thread_now(&*store, &seed.thread).await, seed.thread);
}

pub async fn a_conflict_does_not_poison_the_store(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let there = seed.messages(&*store, 1).await.remove(0);
    let mut expected = vec![there.id];
    for _ in 0..20 {
        conflict_of(&*store, insert(&there)).await;
        let next = builders::user_message(&seed.thread, "Next");
        assert_eq!(apply_one(&*store, insert(&next)).await, Outcome::Inserted);
        expected.push(next.id);
    }
    assert_eq!(message_ids(&*store, &seed.thread).await, expected);
}

pub async fn a_conflict_within_one_commit_is_a_conflict(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let message = builders::user_message(&seed.thread, "Twice");
    assert_eq!(conflict(&*store, builders::commit([insert(&message), insert(&message)])).await, UniqueKey::Id);
    assert_eq!(message_ids(&*store, &seed.thread).await, vec![]);
}

pub async fn every_id_is_taken_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let session = builders::session(&seed.owner);
    let audit = builders::audit(&seed.owner, &seed.thread);
    let inserts = [Change::Session(SessionChange::Insert(session)), Change::Audit(audit), seed.changes().remove(0)];
    assert_eq!(apply(&*store, inserts[..2].to_vec()).await, [Outcome::Inserted; 2]);
    for insert in inserts {
        assert_eq!(conflict_of(&*store, insert.clone()).await, UniqueKey::Id, "{insert:?}");
    }
    // The rows below have handles and addresses too: with fresh ones the id alone is taken.
    let other = builders::user(&seed.organization);
    let user = User { id: seed.owner.id, ..other };
    let insert = Change::User(UserChange::Insert(user, None));
    assert_eq!(conflict_of(&*store, insert).await, UniqueKey::Id);
    let other = builders::agent(&seed.organization);
    let agent = Agent { id: seed.agent.id, ..other };
    assert_eq!(conflict_of(&*store, Change::Agent(AgentChange::Insert(agent))).await, UniqueKey::Id);
}

pub async fn a_jobs_id_is_taken_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let job = builders::job(&seed.thread);
    let commit = Commit { jobs: vec![job], ..Commit::default() };
    done(&*store, commit.clone()).await;
    assert_eq!(conflict(&*store, commit).await, UniqueKey::Id);
}

pub async fn a_commit_of_a_thousand_changes_lands(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let messages_in = seed.messages(&*store, 1_000).await;
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 1_000);
    let slice = messages(&*store, &seed.thread, page(Position::After(uuid::Uuid::nil()), 100)).await;
    let first: Vec<_> = slice.items.into_iter().map(|item| item.message).collect();
    assert_eq!(first, messages_in[..100]);
}

pub async fn a_write_is_seen_by_every_later_read(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for n in 1..=50 {
        let message = builders::user_message(&seed.thread, "Hello");
        apply_one(&*store, insert(&message)).await;
        assert_eq!(store.newest_message(seed.thread.id).await.unwrap(), Some(message.id));
        assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), n);
    }
}

pub async fn a_refusal_and_a_conflict_are_not_worth_repeating(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let again = Change::Thread(ThreadChange::Insert(seed.thread.clone(), builders::id()));
    let guard = super::scenes::thread_guard(&builders::thread(&seed.agent, &seed.owner));
    for commit in [builders::commit([again]), builders::guarded([guard], [])] {
        let error: StoreError = store.commit(commit).await.unwrap_err();
        assert!(!error.is_retryable(), "{error:?}");
    }
}

pub async fn the_databases_clock_goes_on(store: Arc<dyn Store>) {
    let first = store.now().await.unwrap();
    let second = store.now().await.unwrap();
    assert!(first <= second);
    assert!((2020..2200).contains(&first.get().year()), "{first:?}");
}
