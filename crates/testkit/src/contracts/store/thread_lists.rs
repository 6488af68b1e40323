//! Lists of threads with their latest messages.

use std::sync::Arc;

use stead_domain::{
    ConversationId, MessageId,
    message::Message,
    ports::store::{
        Change, MessageChange, Outcome, Store, ThreadChange, ThreadFilter, ThreadMessage, ThreadOwner, ToolCallChange,
    },
    thread::Thread,
};

use super::{
    expectations::{apply, apply_one},
    scenes::{all_threads, insert_message},
};
use crate::builders::{self, Seed};

async fn listed(store: &dyn Store, filter: ThreadFilter) -> Vec<ConversationId> {
    store.list_threads(filter).await.unwrap().into_iter().map(|(thread, _)| thread.id).collect()
}

async fn latest(store: &dyn Store, seed: &Seed, message_limit: u32) -> Vec<(ConversationId, Vec<MessageId>)> {
    let threads = store.list_threads(ThreadFilter { message_limit, ..all_threads(seed) }).await.unwrap();
    threads
        .into_iter()
        .map(|(thread, messages)| (thread.id, messages.into_iter().map(|item| item.message.id).collect()))
        .collect()
}

/// The seed's thread and more of its kind, the one with the newest activity first.
async fn threads(store: &dyn Store, seed: &Seed, more: usize) -> Vec<Thread> {
    let mut threads = vec![seed.thread.clone()];
    for _ in 0..more {
        threads.insert(0, seed.another_thread(store).await);
    }
    threads
}

fn ids(threads: &[Thread]) -> Vec<ConversationId> {
    threads.iter().map(|thread| thread.id).collect()
}

pub async fn threads_are_listed_by_newest_activity(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let threads = threads(&*store, &seed, 3).await;
    assert_eq!(listed(&*store, all_threads(&seed)).await, ids(&threads));

    let touched = &threads[2];
    let touch = Change::Thread(ThreadChange::Touch { conversation: touched.id, at: builders::at() });
    apply_one(&*store, touch).await;
    let now = [touched.id, threads[0].id, threads[1].id, threads[3].id];
    assert_eq!(listed(&*store, all_threads(&seed)).await, now);
}

pub async fn of_threads_with_the_same_activity_the_larger_id_is_first(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let threads = threads(&*store, &seed, 4).await;
    let at = builders::at();
    // In no order of ids, so that the order of the rows cannot stand in for it.
    for thread in [&threads[1], &threads[4], &threads[0], &threads[3], &threads[2]] {
        apply_one(&*store, Change::Thread(ThreadChange::Touch { conversation: thread.id, at })).await;
    }
    assert_eq!(listed(&*store, all_threads(&seed)).await, ids(&threads));
}

pub async fn listed_threads_are_whole(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let threads = threads(&*store, &seed, 2).await;
    let found = store.list_threads(all_threads(&seed)).await.unwrap();
    let expected: Vec<(Thread, Vec<ThreadMessage>)> = threads.into_iter().map(|thread| (thread, vec![])).collect();
    assert_eq!(found, expected);
}

pub async fn archived_threads_are_listed_as_asked(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let threads = threads(&*store, &seed, 3).await;
    for thread in [&threads[0], &threads[2]] {
        let archived = Thread { archived: true, version: 2, ..thread.clone() };
        apply_one(&*store, Change::Thread(ThreadChange::Update(archived))).await;
    }
    for (archived, expected) in [
        (None, ids(&threads)),
        (Some(true), vec![threads[0].id, threads[2].id]),
        (Some(false), vec![threads[1].id, threads[3].id]),
    ] {
        let filter = ThreadFilter { archived, ..all_threads(&seed) };
        assert_eq!(listed(&*store, filter).await, expected, "{archived:?}");
    }
}

pub async fn threads_are_listed_by_limit_and_offset(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let threads = ids(&threads(&*store, &seed, 6).await);
    for limit in [1, 2, 3, 7, 50] {
        for offset in [0, 1, 5, 6, 7, 1_000] {
            let filter = ThreadFilter { limit, offset, ..all_threads(&seed) };
            let expected: Vec<_> = threads.iter().copied().skip(offset as usize).take(limit as usize).collect();
            assert_eq!(listed(&*store, filter).await, expected, "{limit} after {offset}");
        }
    }
}

pub async fn an_offset_counts_threads_of_the_filter_alone(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let threads = threads(&*store, &seed, 3).await;
    let archived = Thread { archived: true, version: 2, ..threads[0].clone() };
    apply_one(&*store, Change::Thread(ThreadChange::Update(archived))).await;
    let deleted = ThreadChange::Delete { conversation: threads[1].id, at: builders::at() };
    apply_one(&*store, Change::Thread(deleted)).await;
    let filter = ThreadFilter { archived: Some(false), offset: 1, limit: 1, ..all_threads(&seed) };
    assert_eq!(listed(&*store, filter).await, vec![threads[3].id]);
}

pub async fn threads_are_listed_by_owner(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = seed.another_user(&*store).await;
    let theirs = builders::thread(&seed.agent, &user);
    apply_one(&*store, Change::Thread(ThreadChange::Insert(theirs.clone(), builders::id()))).await;
    let stranger = seed.another_user(&*store).await;
    for (owner, expected) in [
        (ThreadOwner::User(seed.owner.id), vec![seed.thread.id]),
        (ThreadOwner::User(user.id), vec![theirs.id]),
        (ThreadOwner::User(stranger.id), vec![]),
        (ThreadOwner::Anyone, vec![theirs.id, seed.thread.id]),
    ] {
        let filter = ThreadFilter { owner, ..all_threads(&seed) };
        assert_eq!(listed(&*store, filter).await, expected, "{owner:?}");
    }
}

pub async fn threads_are_listed_by_agent(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let agent = seed.another_agent(&*store).await;
    let thread = builders::thread(&agent, &seed.owner);
    apply_one(&*store, Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))).await;
    let of_agent = |agent| ThreadFilter { agent, ..all_threads(&seed) };
    assert_eq!(listed(&*store, of_agent(agent.id)).await, vec![thread.id]);
    assert_eq!(listed(&*store, of_agent(seed.agent.id)).await, vec![seed.thread.id]);
    assert_eq!(listed(&*store, of_agent(builders::id())).await, vec![]);
}

pub async fn another_organization_lists_none_of_the_threads(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    for owner in [ThreadOwner::User(seed.owner.id), ThreadOwner::Anyone] {
        let filter = ThreadFilter { organization: other.organization.id, owner, ..all_threads(&seed) };
        assert_eq!(listed(&*store, filter).await, vec![], "{owner:?}");
    }
}

pub async fn threads_have_their_latest_messages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let first = seed.messages(&*store, 5).await;
    let empty = seed.another_thread(&*store).await;
    let short = seed.another_thread(&*store).await;
    let second: Vec<Message> = (0..2).map(|_| builders::user_message(&short, "Hello")).collect();
    apply(&*store, second.iter().map(|message| Change::Message(MessageChange::Insert(message.clone())))).await;

    for limit in [0, 1, 3, 100] {
        let tail = |messages: &[Message]| -> Vec<MessageId> {
            messages[messages.len().saturating_sub(limit as usize)..].iter().map(|message| message.id).collect()
        };
        let expected = vec![(short.id, tail(&second)), (empty.id, vec![]), (seed.thread.id, tail(&first))];
        assert_eq!(latest(&*store, &seed, limit).await, expected, "{limit}");
    }
}

pub async fn threads_have_at_most_a_hundred_messages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let all: Vec<MessageId> = seed.messages(&*store, 103).await.iter().map(|message| message.id).collect();
    assert_eq!(latest(&*store, &seed, 100).await, vec![(seed.thread.id, all[3..].to_vec())]);
}

pub async fn messages_off_the_active_branch_are_not_among_the_latest(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let shown = seed.messages(&*store, 2).await;
    for _ in 0..3 {
        insert_message(&*store, &Message { active: false, ..builders::user_message(&seed.thread, "Elsewhere") }).await;
    }
    let expected = |from: usize| vec![(seed.thread.id, shown[from..].iter().map(|message| message.id).collect())];
    assert_eq!(latest(&*store, &seed, 1).await, expected(1));
    assert_eq!(latest(&*store, &seed, 3).await, expected(0));
}

pub async fn listed_messages_are_whole_and_have_their_tool_calls(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let calls = [builders::tool_call(&turn), builders::tool_call(&turn)];
    for call in &calls {
        let insert = Change::ToolCall(ToolCallChange::Insert(call.clone()));
        assert_eq!(apply_one(&*store, insert).await, Outcome::Inserted);
    }
    let found = store.list_threads(all_threads(&seed)).await.unwrap();
    let expected = vec![
        ThreadMessage { message: turn.message, tool_calls: vec![], attachments: vec![], feedback: None },
        ThreadMessage { message: turn.answer, tool_calls: calls.to_vec(), attachments: vec![], feedback: None },
    ];
    assert_eq!(found, vec![(seed.thread, expected)]);
}
