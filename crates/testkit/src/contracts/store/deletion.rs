//! Deleted threads: hidden at once, their runs stopped, their rows removed bit by bit.

use std::sync::Arc;

use stead_domain::{
    message::MessageStatus,
    page::{Position, Slice},
    ports::store::{
        AppendChunks, Appended, Change, Guard, MessageChange, Outcome, Store, ThreadChange, ThreadFilter, ThreadOwner,
        ToolCallChange, UniqueKey,
    },
    run::RunStatus,
    thread::Thread,
};

use super::{
    expectations::{apply, apply_one, conflict_of, holds},
    scenes::{all_threads, answered, end_of, finish, messages, page, running_turn, thread_guard, worker},
};
use crate::builders::{self, Seed};

async fn delete(store: &dyn Store, thread: &Thread) {
    let delete = Change::Thread(ThreadChange::Delete { conversation: thread.id, at: builders::at() });
    assert_eq!(apply_one(store, delete).await, Outcome::Updated);
}

async fn purge(store: &dyn Store, thread: &Thread, at_most: u32) -> Outcome {
    apply_one(store, Change::Thread(ThreadChange::Purge { conversation: thread.id, at_most })).await
}

/// Purges to the end; says how many times something was removed.
async fn purge_to_the_end(store: &dyn Store, thread: &Thread, at_most: u32) -> usize {
    for rounds in 0..1_000 {
        match purge(store, thread, at_most).await {
            Outcome::Updated => {}
            Outcome::Unchanged => return rounds,
            other @ (Outcome::Inserted | Outcome::Started(..)) => panic!("a purge came to {other:?}"),
        }
    }
    panic!("a purge does not come to an end")
}

fn insert(thread: &Thread) -> Change {
    Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))
}

pub async fn a_deleted_thread_is_hidden_everywhere(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let kept = seed.another_thread(&*store).await;
    delete(&*store, &seed.thread).await;

    let organization = seed.organization.id;
    assert_eq!(store.find_thread(organization, seed.thread.id).await.unwrap(), None);
    for message in [&turn.message, &turn.answer] {
        assert_eq!(store.find_message(organization, message.id).await.unwrap(), None);
    }
    assert_eq!(store.find_run(organization, turn.run.id).await.unwrap(), None);
    for owner in [ThreadOwner::Anyone, ThreadOwner::User(seed.owner.id)] {
        let threads = store.list_threads(ThreadFilter { owner, ..all_threads(&seed) }).await.unwrap();
        assert_eq!(threads, vec![(kept.clone(), vec![])]);
    }
}

pub async fn a_deleted_threads_messages_are_not_listed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let message = seed.messages(&*store, 3).await[1].id.uuid();
    delete(&*store, &seed.thread).await;
    let nothing = Slice { items: Vec::new(), has_older: false, has_newer: false };
    for position in [Position::Newest, Position::Before(message), Position::After(message), Position::Around(message)] {
        assert_eq!(messages(&*store, &seed.thread, page(position, 100)).await, nothing, "{position:?}");
    }
}

pub async fn a_deleted_thread_has_no_newest_message_and_none_to_count(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    seed.messages(&*store, 3).await;
    delete(&*store, &seed.thread).await;
    assert_eq!(store.newest_message(seed.thread.id).await.unwrap(), None);
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 0);
}

pub async fn a_deleted_thread_holds_no_guard(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let member = Guard::Member { conversation: seed.thread.id, user: seed.owner.id };
    assert!(holds(&*store, member.clone()).await);
    assert!(holds(&*store, thread_guard(&seed.thread)).await);
    delete(&*store, &seed.thread).await;
    assert!(!holds(&*store, member).await);
    assert!(!holds(&*store, thread_guard(&seed.thread)).await);
}

pub async fn a_deleted_threads_live_runs_are_cancelled(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (running, lease) = running_turn(&*store, &seed).await;
    let queued = seed.turn(&*store).await;
    delete(&*store, &seed.thread).await;

    for turn in [&running, &queued] {
        let status = Guard::RunStatus { run: turn.run.id, status: RunStatus::Cancelled };
        assert!(holds(&*store, status).await);
    }
    assert!(!holds(&*store, Guard::RunLease { run: running.run.id, lease: lease.clone() }).await);
    let chunks = AppendChunks { run: running.run.id, lease, attempt: 1, chunks: Vec::new() };
    assert_eq!(store.append_run_chunks(chunks).await.unwrap(), Appended::LeaseLost);
    assert_eq!(store.claim_runs(worker(), 10).await.unwrap(), vec![]);
}

pub async fn a_deleted_threads_waiting_answers_are_over(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (running, _lease) = running_turn(&*store, &seed).await;
    let queued = seed.turn(&*store).await;
    delete(&*store, &seed.thread).await;
    for turn in [&running, &queued] {
        let late = apply_one(&*store, answered(turn.answer.id, MessageStatus::Complete)).await;
        assert_eq!(late, Outcome::Unchanged);
    }
}

pub async fn a_deleted_threads_ended_runs_stay_as_they_ended(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    finish(&*store, &lease, end_of(turn.run.id, RunStatus::Completed)).await;
    delete(&*store, &seed.thread).await;
    let completed = Guard::RunStatus { run: turn.run.id, status: RunStatus::Completed };
    assert!(holds(&*store, completed).await);
}

pub async fn deleting_a_thread_touches_no_other(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    delete(&*store, &seed.another_thread(&*store).await).await;
    assert!(holds(&*store, Guard::RunLease { run: turn.run.id, lease }).await);
    assert!(store.find_thread(seed.organization.id, seed.thread.id).await.unwrap().is_some());
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 2);
}

pub async fn a_thread_that_is_not_deleted_is_not_purged(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    seed.turn(&*store).await;
    assert_eq!(purge(&*store, &seed.thread, 500).await, Outcome::Unchanged);
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 2);
    assert!(store.find_thread(seed.organization.id, seed.thread.id).await.unwrap().is_some());
}

pub async fn a_purge_removes_at_most_what_it_may(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    seed.messages(&*store, 10).await;
    delete(&*store, &seed.thread).await;
    // Ten messages, a member, a thread and a conversation, in any grouping of the last three.
    let rounds = purge_to_the_end(&*store, &seed.thread, 3).await;
    assert!(rounds >= 4, "ten messages went in {rounds} rounds of three");
}

pub async fn a_purge_removes_the_conversation_last(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let messages = seed.messages(&*store, 6).await;
    delete(&*store, &seed.thread).await;
    assert_eq!(conflict_of(&*store, insert(&seed.thread)).await, UniqueKey::Id);
    assert_eq!(purge(&*store, &seed.thread, 2).await, Outcome::Updated);
    assert_eq!(conflict_of(&*store, insert(&seed.thread)).await, UniqueKey::Id);

    purge_to_the_end(&*store, &seed.thread, 2).await;
    assert_eq!(apply_one(&*store, insert(&seed.thread)).await, Outcome::Inserted);
    let again = messages.into_iter().map(|message| Change::Message(MessageChange::Insert(message)));
    assert!(apply(&*store, again).await.iter().all(|outcome| *outcome == Outcome::Inserted));
}

pub async fn a_purge_removes_everything_that_hangs_on_the_thread(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let call = builders::tool_call(&turn);
    let chunk = super::run_chunks::text_chunk(0, 0, "Once");
    let append = AppendChunks { run: turn.run.id, lease, attempt: 1, chunks: vec![chunk] };
    store.append_run_chunks(append).await.unwrap();
    apply(&*store, [Change::ToolCall(ToolCallChange::Insert(call.clone())), super::runs::step_of(&turn, 1, 0, "Once")])
        .await;
    let kept = seed.another_thread(&*store).await;

    delete(&*store, &seed.thread).await;
    purge_to_the_end(&*store, &seed.thread, 1).await;

    assert_eq!(store.list_run_chunks(turn.run.id, 1, 0).await.unwrap(), vec![]);
    assert_eq!(apply_one(&*store, insert(&seed.thread)).await, Outcome::Inserted);
    let again = turn.changes().into_iter().chain([Change::ToolCall(ToolCallChange::Insert(call))]);
    assert!(apply(&*store, again).await.iter().all(|outcome| *outcome == Outcome::Inserted));
    assert!(store.find_thread(seed.organization.id, kept.id).await.unwrap().is_some());
}

pub async fn a_purge_of_a_purged_thread_changes_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    seed.turn(&*store).await;
    delete(&*store, &seed.thread).await;
    purge_to_the_end(&*store, &seed.thread, 500).await;
    assert_eq!(purge(&*store, &seed.thread, 500).await, Outcome::Unchanged);
}
