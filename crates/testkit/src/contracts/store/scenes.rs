//! Where many tests begin: a run that somebody works on, pages of messages, the event log once it has come.

use std::time::{Duration, Instant};

use stead_domain::{
    AgentId, ConversationId, Json, MessageId, RunId, Timestamp,
    event::{EventCursor, EventPage, LoggedEvent},
    message::{Message, MessageStatus},
    page::{Page, PageLimit, Position, Slice},
    ports::store::{
        Branches, Change, FinishMessage, FinishRun, Guard, MessageChange, MessageFilter, Outcome, RunChange, Store,
        ThreadFilter, ThreadMessage, ThreadOwner,
    },
    run::{Lease, LeaseOwner, Run, RunStatus, Usage},
    thread::Thread,
};

use super::expectations::{apply_one, done};
use crate::builders::{self, Seed, Turn};

/// A process that just started.
pub(super) fn worker() -> LeaseOwner {
    LeaseOwner(builders::uuid())
}

/// The guard that locks the thread.
pub(super) fn thread_guard(thread: &Thread) -> Guard {
    Guard::Thread { organization: thread.organization_id, conversation: thread.id }
}

/// The change that starts the agent's next run in the conversation.
pub(super) fn start_next_of(conversation: ConversationId, agent: AgentId, owner: LeaseOwner) -> Change {
    Change::Run(RunChange::StartNext { conversation, agent, owner, at: builders::at() })
}

/// Starts the thread's next run, if there is one to start.
pub(super) async fn start_next(store: &dyn Store, thread: &Thread, owner: LeaseOwner) -> Option<(RunId, Lease)> {
    let commit = builders::guarded([thread_guard(thread)], [start_next_of(thread.id, thread.agent_id, owner)]);
    match done(store, commit).await[..] {
        [Outcome::Started(run, fence)] => Some((run, Lease { owner, fence })),
        [Outcome::Unchanged] => None,
        ref other => panic!("a start came to {other:?}"),
    }
}

/// A turn in the seed's thread that somebody works on.
pub(super) async fn running_turn(store: &dyn Store, seed: &Seed) -> (Turn, Lease) {
    let turn = seed.turn(store).await;
    let (run, lease) = start_next(store, &seed.thread, worker()).await.expect("a run to start");
    assert_eq!(run, turn.run.id);
    (turn, lease)
}

/// The end of a run that used nothing.
pub(super) fn end_of(run: RunId, status: RunStatus) -> FinishRun {
    FinishRun { run, status, model: None, error: None, usage: Usage::default(), at: builders::at() }
}

/// Ends a run under its lease.
pub(super) async fn finish(store: &dyn Store, lease: &Lease, end: FinishRun) -> Outcome {
    let guard = Guard::RunLease { run: end.run, lease: lease.clone() };
    done(store, builders::guarded([guard], [Change::Run(RunChange::Finish(end))])).await[0]
}

/// The change that ends an answer with a text.
pub(super) fn answered(message: MessageId, status: MessageStatus) -> Change {
    Change::Message(MessageChange::Finish(FinishMessage {
        message,
        content: "Fine.".to_owned(),
        content_html: "<p>Fine.</p>".to_owned(),
        metadata: Json::empty().with("model", "test"),
        status,
    }))
}

/// The run as it is now.
pub(super) async fn run_now(store: &dyn Store, run: &Run) -> Run {
    store.find_run(run.organization_id, run.id).await.unwrap().expect("a run that is there")
}

/// The message as it is now.
pub(super) async fn message_now(store: &dyn Store, message: &Message) -> ThreadMessage {
    store.find_message(message.organization_id, message.id).await.unwrap().expect("a message that is there")
}

/// The thread as it is now.
pub(super) async fn thread_now(store: &dyn Store, thread: &Thread) -> Thread {
    store.find_thread(thread.organization_id, thread.id).await.unwrap().expect("a thread that is there")
}

/// Stores a message.
pub(super) async fn insert_message(store: &dyn Store, message: &Message) {
    assert_eq!(apply_one(store, Change::Message(MessageChange::Insert(message.clone()))).await, Outcome::Inserted);
}

/// All threads of the seed's owner with its agent, with up to 100 messages each.
pub(super) fn all_threads(seed: &Seed) -> ThreadFilter {
    ThreadFilter {
        organization: seed.organization.id,
        agent: seed.agent.id,
        owner: ThreadOwner::User(seed.owner.id),
        archived: None,
        limit: 50,
        offset: 0,
        message_limit: 100,
    }
}

/// A page.
pub(super) fn page(position: Position, limit: i64) -> Page {
    Page { position, limit: PageLimit::parse(limit).unwrap() }
}

/// A page of a thread's messages.
pub(super) async fn messages(store: &dyn Store, thread: &Thread, page: Page) -> Slice<ThreadMessage> {
    let filter = MessageFilter {
        organization: thread.organization_id,
        conversation: thread.id,
        branches: Branches::Active,
        page,
    };
    store.list_messages(filter).await.unwrap()
}

/// The ids of a thread's newest 100 messages.
pub(super) async fn message_ids(store: &dyn Store, thread: &Thread) -> Vec<MessageId> {
    let newest = messages(store, thread, page(Position::Newest, 100)).await;
    newest.items.into_iter().map(|item| item.message.id).collect()
}

/// A time that the database has behind it.
pub(super) async fn ago(store: &dyn Store, seconds: u64) -> Timestamp {
    store.now().await.unwrap().minus(Duration::from_secs(seconds))
}

/// A time that the database has before it.
pub(super) async fn ahead(store: &dyn Store, seconds: u64) -> Timestamp {
    store.now().await.unwrap().plus(Duration::from_secs(seconds))
}

/// A page of the log after a place that is not void.
pub(super) async fn listed(store: &dyn Store, after: Option<EventCursor>, limit: u32) -> Vec<LoggedEvent> {
    match store.list_events(after, limit).await.unwrap() {
        EventPage::Events(events) => events,
        EventPage::Void => panic!("{after:?} is void"),
    }
}

/// The log after a place, page by page, until it holds so many events. An event may be given some time after its commit
/// was answered, while something before it can still become visible: so this asks again, up to a bound.
pub(super) async fn events_after(
    store: &dyn Store,
    mut after: Option<EventCursor>,
    count: usize,
    limit: u32,
) -> Vec<LoggedEvent> {
    let asked = Instant::now();
    let mut events: Vec<LoggedEvent> = Vec::new();
    loop {
        let page = listed(store, after, limit).await;
        assert!(page.len() <= limit as usize, "more than the limit");
        let nothing_more = page.is_empty();
        events.extend(page);
        after = events.last().map_or(after, |last| Some(last.cursor));
        if nothing_more && events.len() >= count {
            return events;
        }
        if nothing_more {
            assert!(asked.elapsed() < Duration::from_secs(20), "{} of {count} events came", events.len());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
