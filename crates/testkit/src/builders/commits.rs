use stead_domain::{
    ConversationId, JobId,
    event::{Audience, EventKind, NewEvent},
    idempotency::{IdempotencyKey, IdempotencyRecord, IdempotencyScope},
    job::{NewJob, Task},
    ports::store::{AuditEntry, Change, Commit, Guard},
    thread::Thread,
    user::User,
};

use super::minted::{at, id, time_of, uuid};

/// A commit of nothing but changes.
pub fn commit(changes: impl IntoIterator<Item = Change>) -> Commit {
    guarded([], changes)
}

/// A commit of changes that lands only if all guards hold.
pub fn guarded(guards: impl IntoIterator<Item = Guard>, changes: impl IntoIterator<Item = Change>) -> Commit {
    Commit { guards: guards.into_iter().collect(), changes: changes.into_iter().collect(), ..Commit::default() }
}

/// What a request of this user with this key made: something fresh.
pub fn idempotency(user: &User, key: &str) -> IdempotencyRecord {
    IdempotencyRecord {
        scope: IdempotencyScope {
            organization_id: user.organization_id,
            user_id: user.id,
            operation: "POST /agents".to_owned(),
            key: IdempotencyKey::parse(key).unwrap(),
        },
        fingerprint: [7; 32],
        subject_id: uuid(),
        created_at: at(),
    }
}

/// An event of the thread, for its members, about something fresh.
pub fn event(thread: &Thread) -> NewEvent {
    NewEvent {
        organization_id: thread.organization_id,
        conversation_id: Some(thread.id),
        audience: Audience::Members,
        kind: EventKind::MessageCreated,
        subject_id: uuid(),
        subject_version: 1,
        at: at(),
    }
}

/// A job that is due: to title the thread.
pub fn job(thread: &Thread) -> NewJob {
    let id: JobId = id();
    let conversation: ConversationId = thread.id;
    NewJob { id, organization_id: thread.organization_id, task: Task::TitleThread(conversation), run_at: time_of(id) }
}

/// That somebody looked at the thread.
pub fn audit(actor: &User, thread: &Thread) -> AuditEntry {
    AuditEntry {
        id: uuid(),
        organization_id: actor.organization_id,
        actor: Some(actor.id),
        action: "thread.overseen".to_owned(),
        subject_id: thread.id.uuid(),
        at: at(),
    }
}
