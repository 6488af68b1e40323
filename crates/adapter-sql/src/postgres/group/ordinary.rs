//! Which commits are applied in groups, and which of them in the same one.
//!
//! Ordinary is what messages, turns and new threads take. Nothing that an ordinary commit changes can make a guard of another
//! one in its group hold or cease to hold, so all guards are looked at before all changes; and changes of one kind go
//! together, in one order of kinds, which is that of each commit's own changes.

use std::collections::HashSet;

use stead_domain::{
    AgentId, ConversationId, MessageId, RunId,
    idempotency::IdempotencyScope,
    ports::store::{Change, ChannelMessageChange, Commit, Guard, MessageChange, RunChange, ThreadChange},
    user::OrganizationRole,
};

/// What is larger is applied alone, so that others do not wait for it.
const MOST_ROWS: usize = 16;

/// Whether a commit may be applied in a group.
pub(super) fn is_ordinary(commit: &Commit) -> bool {
    let Commit { idempotency: _, guards, changes, events, jobs } = commit;
    let rows = changes.len() + events.len() + jobs.len();
    let locked: HashSet<ConversationId> = guards.iter().filter_map(locked).collect();
    rows > 0
        && rows <= MOST_ROWS
        && guards.len() <= MOST_ROWS
        && lock_mode(guards).is_some()
        && guards_are_ordinary(guards, &locked)
        && changes_are_ordinary(changes, &locked)
}

/// What is judged under the lock of a thread needs that lock in the same commit.
fn guards_are_ordinary(guards: &[Guard], locked: &HashSet<ConversationId>) -> bool {
    let (mut newest, mut rooms, mut leases) = (HashSet::new(), HashSet::new(), HashSet::new());
    guards.iter().all(|guard| match guard {
        Guard::Member { .. }
        | Guard::Thread { .. }
        | Guard::Agent { .. }
        | Guard::Message { .. }
        | Guard::User { at_least: OrganizationRole::Member, .. } => true,
        Guard::Newest { conversation, .. } => locked.contains(conversation) && newest.insert(*conversation),
        Guard::QueueRoom { conversation, agent, .. } => {
            locked.contains(conversation) && rooms.insert((*conversation, *agent))
        }
        Guard::RunLease { run, .. } => leases.insert(*run),
        _ => false,
    })
}

/// What a commit does at most once.
#[derive(PartialEq, Eq, Hash)]
enum Once {
    Touch(ConversationId),
    Start(ConversationId, AgentId),
    Mention(MessageId),
    FinishMessage(MessageId),
    FinishRun(RunId),
    Step(RunId, i32, i32),
}

fn changes_are_ordinary(changes: &[Change], locked: &HashSet<ConversationId>) -> bool {
    let mut done = HashSet::new();
    let makes_threads = changes.iter().any(|change| matches!(change, Change::Thread(ThreadChange::Insert(..))));
    changes.iter().filter_map(place).is_sorted()
        && changes.iter().all(|change| match change {
            Change::Audit(_) | Change::Thread(ThreadChange::Insert(..)) | Change::Run(RunChange::Insert(_)) => true,
            Change::Message(MessageChange::Insert(message)) => message.deleted_at.is_none(),
            Change::Thread(ThreadChange::Touch { conversation, .. }) => {
                !makes_threads && done.insert(Once::Touch(*conversation))
            }
            Change::ChannelMessage(ChannelMessageChange::Mention { message, mentions, .. }) => {
                !mentions.is_empty() && mentions.len() <= MOST_ROWS && done.insert(Once::Mention(*message))
            }
            Change::Message(MessageChange::Finish(finish)) => done.insert(Once::FinishMessage(finish.message)),
            Change::Run(RunChange::Step(run, step)) => done.insert(Once::Step(*run, step.attempt, step.n)),
            Change::Run(RunChange::Finish(finish)) => done.insert(Once::FinishRun(finish.run)),
            Change::Run(RunChange::StartNext { conversation, agent, .. }) => {
                locked.contains(conversation) && done.insert(Once::Start(*conversation, *agent))
            }
            _ => false,
        })
}

/// Where a change stands in the order of kinds. Touches and audit lines have nothing to do with the others.
fn place(change: &Change) -> Option<u8> {
    match change {
        Change::Thread(ThreadChange::Insert(..)) => Some(0),
        Change::Message(MessageChange::Insert(_)) => Some(1),
        Change::ChannelMessage(ChannelMessageChange::Mention { .. }) => Some(2),
        Change::Run(RunChange::Insert(_)) => Some(3),
        Change::Message(MessageChange::Finish(_)) => Some(4),
        Change::Run(RunChange::Step(..)) => Some(5),
        Change::Run(RunChange::Finish(_)) => Some(6),
        Change::Run(RunChange::StartNext { .. }) => Some(7),
        _ => None,
    }
}

/// How a commit locks the conversations that it guards: both at once could make two groups wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LockMode {
    None,
    /// For a member.
    Shared,
    /// For a thread.
    Exclusive,
}

fn lock_mode(guards: &[Guard]) -> Option<LockMode> {
    let shared = guards.iter().any(|guard| matches!(guard, Guard::Member { .. }));
    let exclusive = guards.iter().any(|guard| matches!(guard, Guard::Thread { .. }));
    match (shared, exclusive) {
        (false, false) => Some(LockMode::None),
        (true, false) => Some(LockMode::Shared),
        (false, true) => Some(LockMode::Exclusive),
        (true, true) => None,
    }
}

/// What the commits of a group have taken for themselves.
#[derive(Default)]
pub(super) struct Together {
    lock_mode: Option<LockMode>,
    scopes: HashSet<IdempotencyScope>,
    /// Conversations that one of them touches, or of whose newest message or queue one of them judges.
    owned: HashSet<ConversationId>,
    /// Conversations that something is added to.
    added_to: HashSet<ConversationId>,
    runs: HashSet<RunId>,
    answers: HashSet<MessageId>,
}

impl Together {
    /// Admits an ordinary commit to the group, unless one of the two has to see what the other did: they have the same key,
    /// or the same run, or one judges or touches a conversation that the other one writes to.
    pub(super) fn admit(&mut self, commit: &Commit) -> bool {
        let wanted = lock_mode(&commit.guards).filter(|mode| *mode != LockMode::None);
        let differs = matches!((self.lock_mode, wanted), (Some(mode), Some(wanted)) if mode != wanted);
        let scope = commit.idempotency.as_ref().map(|record| &record.scope);
        let (guards, changes) = (&commit.guards, &commit.changes);
        let owned: HashSet<_> = guards.iter().filter_map(judged).chain(changes.iter().filter_map(owned)).collect();
        let added_to: HashSet<_> = changes.iter().filter_map(added_to).collect();
        let runs: HashSet<_> = guards.iter().filter_map(held).chain(changes.iter().filter_map(run)).collect();
        let answers: HashSet<_> = changes.iter().filter_map(answer).collect();
        if differs
            || scope.is_some_and(|scope| self.scopes.contains(scope))
            || !self.owned.is_disjoint(&owned)
            || !self.owned.is_disjoint(&added_to)
            || !self.added_to.is_disjoint(&owned)
            || !self.runs.is_disjoint(&runs)
            || !self.answers.is_disjoint(&answers)
        {
            return false;
        }
        self.lock_mode = self.lock_mode.or(wanted);
        self.scopes.extend(scope.cloned());
        self.owned.extend(owned);
        self.added_to.extend(added_to);
        self.runs.extend(runs);
        self.answers.extend(answers);
        true
    }
}

fn locked(guard: &Guard) -> Option<ConversationId> {
    match guard {
        Guard::Thread { conversation, .. } => Some(*conversation),
        _ => None,
    }
}

fn judged(guard: &Guard) -> Option<ConversationId> {
    match guard {
        Guard::Newest { conversation, .. } | Guard::QueueRoom { conversation, .. } => Some(*conversation),
        _ => None,
    }
}

fn held(guard: &Guard) -> Option<RunId> {
    match guard {
        Guard::RunLease { run, .. } => Some(*run),
        _ => None,
    }
}

fn owned(change: &Change) -> Option<ConversationId> {
    match change {
        Change::Thread(ThreadChange::Touch { conversation, .. })
        | Change::Run(RunChange::StartNext { conversation, .. }) => Some(*conversation),
        _ => None,
    }
}

fn added_to(change: &Change) -> Option<ConversationId> {
    match change {
        Change::Thread(ThreadChange::Insert(thread, _)) => Some(thread.id),
        Change::Message(MessageChange::Insert(message)) => Some(message.conversation_id),
        Change::Run(RunChange::Insert(run)) => Some(run.conversation_id),
        _ => None,
    }
}

fn run(change: &Change) -> Option<RunId> {
    match change {
        Change::Run(RunChange::Insert(run)) => Some(run.id),
        Change::Run(RunChange::Step(run, _)) => Some(*run),
        Change::Run(RunChange::Finish(finish)) => Some(finish.run),
        _ => None,
    }
}

fn answer(change: &Change) -> Option<MessageId> {
    match change {
        Change::Message(MessageChange::Insert(message)) => Some(message.id),
        Change::Message(MessageChange::Finish(finish)) => Some(finish.message),
        _ => None,
    }
}
