//! Branches of a conversation: which one is active, and what is on each.

use std::{collections::HashSet, sync::Arc};

use stead_domain::{
    MessageId,
    branch::Branch,
    message::Message,
    page::Position,
    ports::store::{BranchFilter, Branches, Change, Guard, MessageChange, MessageFilter, Outcome, Store, ThreadChange},
    thread::Thread,
};

use super::{
    expectations::{apply, apply_one, done, holds},
    scenes::{message_ids, page, thread_guard},
};
use crate::builders::{self, Seed};

/// A message after another one.
fn after(thread: &Thread, before: Option<MessageId>, active: bool) -> Message {
    Message { branch_parent_id: before, active, ..builders::user_message(thread, "Hello") }
}

/// 0 - 1 - 2 (active), and beside them 1 - 3 - 4 and 1 - 5.
async fn tree(store: &dyn Store, thread: &Thread) -> Vec<MessageId> {
    let mut ids: Vec<MessageId> = Vec::new();
    for (before, active) in
        [(None, true), (Some(0), true), (Some(1), true), (Some(1), false), (Some(3), false), (Some(1), false)]
    {
        let message = after(thread, before.map(|before: usize| ids[before]), active);
        ids.push(message.id);
        apply_one(store, Change::Message(MessageChange::Insert(message))).await;
    }
    ids
}

async fn activate(store: &dyn Store, thread: &Thread, branch: Branch) -> Outcome {
    let change = Change::Message(MessageChange::Activate { conversation: thread.id, branch });
    done(store, builders::guarded([thread_guard(thread)], [change])).await[0]
}

async fn all(store: &dyn Store, thread: &Thread) -> Vec<Message> {
    let filter = MessageFilter {
        organization: thread.organization_id,
        conversation: thread.id,
        branches: Branches::All,
        page: page(Position::Newest, 100),
    };
    store.list_messages(filter).await.unwrap().items.into_iter().map(|said| said.message).collect()
}

pub async fn a_branch_is_made_the_active_one(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let ids = tree(&*store, &seed.thread).await;
    for (branch, expected) in [
        (Branch::EndingAt(ids[3]), vec![0, 1, 3]),
        (Branch::EndingAt(ids[1]), vec![0, 1]),
        (Branch::Through(ids[3]), vec![0, 1, 3, 4]),
        (Branch::Through(ids[0]), vec![0, 1, 5]),
        (Branch::Through(ids[2]), vec![0, 1, 2]),
    ] {
        let before = all(&*store, &seed.thread).await;
        assert_eq!(activate(&*store, &seed.thread, branch).await, Outcome::Updated, "{branch:?}");
        let expected: Vec<MessageId> = expected.into_iter().map(|n: usize| ids[n]).collect();
        assert_eq!(message_ids(&*store, &seed.thread).await, expected, "{branch:?}");
        assert_eq!(store.newest_message(seed.thread.id).await.unwrap(), expected.last().copied());
        for (before, now) in before.into_iter().zip(all(&*store, &seed.thread).await) {
            let active = expected.contains(&now.id);
            assert_eq!(now.version > before.version, before.active != active, "a change raises the version");
            assert_eq!(now, Message { active, version: now.version, ..before }, "and nothing else changes");
        }
    }
}

pub async fn what_is_active_already_or_elsewhere_changes_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let ids = tree(&*store, &seed.thread).await;
    let elsewhere = seed.another_thread(&*store).await;
    let others = tree(&*store, &elsewhere).await;
    let before = all(&*store, &seed.thread).await;
    for branch in [
        Branch::EndingAt(ids[2]),
        Branch::Through(ids[2]),
        Branch::EndingAt(others[3]),
        Branch::Through(others[3]),
        Branch::EndingAt(builders::id()),
        Branch::Through(builders::id()),
    ] {
        assert_eq!(activate(&*store, &seed.thread, branch).await, Outcome::Unchanged, "{branch:?}");
    }
    assert_eq!(all(&*store, &seed.thread).await, before);
    activate(&*store, &seed.thread, Branch::EndingAt(ids[0])).await;
    assert_eq!(message_ids(&*store, &elsewhere).await, others[..3]);
}

pub async fn a_branch_of_many_messages_is_made_the_active_one(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let root = after(&seed.thread, None, true);
    let mut messages = vec![root.clone()];
    for active in [true, false] {
        let mut before = root.id;
        for _ in 0..600 {
            let message = after(&seed.thread, Some(before), active);
            before = message.id;
            messages.push(message);
        }
    }
    for some in messages.chunks(1_000) {
        apply(&*store, some.iter().map(|message| Change::Message(MessageChange::Insert(message.clone())))).await;
    }
    let tip = messages[1_200].id;
    assert_eq!(activate(&*store, &seed.thread, Branch::EndingAt(tip)).await, Outcome::Updated);
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 601);
    assert_eq!(store.newest_message(seed.thread.id).await.unwrap(), Some(tip));
    activate(&*store, &seed.thread, Branch::EndingAt(messages[600].id)).await;
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 601);
}

pub async fn messages_of_all_branches_are_listed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let ids = tree(&*store, &seed.thread).await;
    let listed: Vec<MessageId> = all(&*store, &seed.thread).await.into_iter().map(|message| message.id).collect();
    assert_eq!(listed, ids);
    let filter = MessageFilter {
        organization: seed.organization.id,
        conversation: seed.thread.id,
        branches: Branches::All,
        page: page(Position::Before(ids[4].uuid()), 2),
    };
    let slice = store.list_messages(filter).await.unwrap();
    assert_eq!(slice.items.iter().map(|said| said.message.id).collect::<Vec<_>>(), ids[2..4]);
    assert!(slice.has_older && slice.has_newer);
    assert_eq!(store.count_messages(seed.thread.id).await.unwrap(), 3);
}

async fn branch(store: &dyn Store, thread: &Thread, tip: MessageId, limit: u32) -> Vec<MessageId> {
    let (organization, conversation) = (thread.organization_id, thread.id);
    let messages = store.list_branch(BranchFilter { organization, conversation, tip, limit }).await.unwrap();
    messages.into_iter().map(|said| said.message.id).collect()
}

pub async fn a_branch_is_read_newest_first_in_pages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let ids = tree(&*store, &seed.thread).await;
    let of = |numbers: &[usize]| numbers.iter().map(|n| ids[*n]).collect::<Vec<_>>();
    assert_eq!(branch(&*store, &seed.thread, ids[4], 50).await, of(&[4, 3, 1, 0]));
    assert_eq!(branch(&*store, &seed.thread, ids[2], 50).await, of(&[2, 1, 0]));
    assert_eq!(branch(&*store, &seed.thread, ids[0], 50).await, of(&[0]));
    assert_eq!(branch(&*store, &seed.thread, ids[4], 2).await, of(&[4, 3]));
    assert_eq!(branch(&*store, &seed.thread, ids[1], 2).await, of(&[1, 0]));
    assert_eq!(branch(&*store, &seed.thread, ids[4], 1).await, of(&[4]));
}

pub async fn a_branch_is_read_in_its_conversation_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let ids = tree(&*store, &seed.thread).await;
    let elsewhere = seed.another_thread(&*store).await;
    let stray = after(&elsewhere, Some(ids[2]), true);
    apply_one(&*store, Change::Message(MessageChange::Insert(stray.clone()))).await;
    assert_eq!(branch(&*store, &elsewhere, stray.id, 50).await, [stray.id]);
    assert_eq!(branch(&*store, &elsewhere, ids[2], 50).await, []);
    assert_eq!(branch(&*store, &seed.thread, builders::id(), 50).await, []);
    let strange = Thread { organization_id: other.organization.id, ..seed.thread.clone() };
    assert_eq!(branch(&*store, &strange, ids[2], 50).await, []);
    let delete = ThreadChange::Delete { conversation: seed.thread.id, at: builders::at() };
    apply_one(&*store, Change::Thread(delete)).await;
    assert_eq!(branch(&*store, &seed.thread, ids[2], 50).await, []);
}

pub async fn a_message_guard_holds_in_its_conversation(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let ids: HashSet<MessageId> = tree(&*store, &seed.thread).await.into_iter().collect();
    let elsewhere = seed.another_thread(&*store).await;
    for message in ids {
        assert!(holds(&*store, Guard::Message { conversation: seed.thread.id, message }).await);
        assert!(!holds(&*store, Guard::Message { conversation: elsewhere.id, message }).await);
    }
    let unknown = Guard::Message { conversation: seed.thread.id, message: builders::id() };
    assert!(!holds(&*store, unknown).await);
}
