//! Which commits are applied in groups, and which of them in the same one.
//!
//! Ordinary is what storing a message takes. Nothing that an ordinary commit changes can make a guard of another one in
//! its group hold or cease to hold, so all guards are looked at before all changes.

use std::collections::HashSet;

use stead_domain::{
    ConversationId,
    idempotency::IdempotencyScope,
    ports::store::{Change, Commit, Guard, MessageChange, ThreadChange},
};

/// What is larger is applied alone, so that others do not wait for it.
const MOST_ROWS: usize = 16;

/// Whether a commit may be applied in a group.
pub(super) fn is_ordinary(commit: &Commit) -> bool {
    let Commit { idempotency: _, guards, changes, events, jobs } = commit;
    let rows = changes.len() + events.len() + jobs.len();
    let (mut judged, mut touched) = (HashSet::new(), HashSet::new());
    let guarded: HashSet<ConversationId> = guards.iter().filter_map(thread).collect();
    rows > 0
        && rows <= MOST_ROWS
        && guards.len() <= MOST_ROWS
        && guards.iter().all(|guard| match guard {
            Guard::Member { .. } | Guard::Thread { .. } | Guard::Agent { .. } => true,
            // It is judged under the lock of the other guard.
            Guard::Newest { conversation, .. } => guarded.contains(conversation) && judged.insert(*conversation),
            _ => false,
        })
        && lock_mode(guards).is_some()
        && changes.iter().all(|change| match change {
            Change::Message(MessageChange::Insert(_)) | Change::Audit(_) => true,
            Change::Thread(ThreadChange::Touch { conversation, .. }) => touched.insert(*conversation),
            _ => false,
        })
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
    /// Conversations that one of them touches, or whose newest message one of them guards.
    owned: HashSet<ConversationId>,
    /// Conversations that messages are added to.
    added_to: HashSet<ConversationId>,
}

impl Together {
    /// Admits an ordinary commit to the group, unless one of the two has to see what the other did: they have the same key,
    /// or one touches a conversation, or guards its newest message, that the other one writes to.
    pub(super) fn admit(&mut self, commit: &Commit) -> bool {
        let wanted = lock_mode(&commit.guards).filter(|mode| *mode != LockMode::None);
        let differs = matches!((self.lock_mode, wanted), (Some(mode), Some(wanted)) if mode != wanted);
        let scope = commit.idempotency.as_ref().map(|record| &record.scope);
        let newest = commit.guards.iter().filter_map(newest);
        let owned: HashSet<ConversationId> = newest.chain(commit.changes.iter().filter_map(touched)).collect();
        let added_to: HashSet<ConversationId> = commit.changes.iter().filter_map(added_to).collect();
        if differs
            || scope.is_some_and(|scope| self.scopes.contains(scope))
            || !self.owned.is_disjoint(&owned)
            || !self.owned.is_disjoint(&added_to)
            || !self.added_to.is_disjoint(&owned)
        {
            return false;
        }
        self.lock_mode = self.lock_mode.or(wanted);
        self.scopes.extend(scope.cloned());
        self.owned.extend(owned);
        self.added_to.extend(added_to);
        true
    }
}

fn thread(guard: &Guard) -> Option<ConversationId> {
    match guard {
        Guard::Thread { conversation, .. } => Some(*conversation),
        _ => None,
    }
}

fn newest(guard: &Guard) -> Option<ConversationId> {
    match guard {
        Guard::Newest { conversation, .. } => Some(*conversation),
        _ => None,
    }
}

fn added_to(change: &Change) -> Option<ConversationId> {
    match change {
        Change::Message(MessageChange::Insert(message)) => Some(message.conversation_id),
        _ => None,
    }
}

fn touched(change: &Change) -> Option<ConversationId> {
    match change {
        Change::Thread(ThreadChange::Touch { conversation, .. }) => Some(*conversation),
        _ => None,
    }
}
