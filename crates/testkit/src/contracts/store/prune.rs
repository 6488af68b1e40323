//! What is no longer needed is removed, and nothing else.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    Timestamp,
    event::{EventPage, NewEvent},
    idempotency::IdempotencyRecord,
    invitation::Invitation,
    ports::store::{AppendChunks, Change, Commit, FinishRun, InvitationChange, PruneBefore, SessionChange, Store},
    run::{RunChunk, RunStatus},
    session::Session,
};

use super::{
    expectations::{apply, done},
    run_chunks::text_chunk,
    scenes::{end_of, events_after, finish, listed, running_turn},
};
use crate::builders::{self, Seed};

/// Removes nothing.
pub(super) const NOTHING: PruneBefore = PruneBefore {
    events: Timestamp::EPOCH,
    idempotency: Timestamp::EPOCH,
    run_chunks: Timestamp::EPOCH,
    sessions: Timestamp::EPOCH,
    usage: Timestamp::EPOCH,
    connections: Timestamp::EPOCH,
};

/// Longer before than any test runs, and long after the epoch.
fn bound() -> Timestamp {
    builders::at()
}

fn just_before(at: Timestamp) -> Timestamp {
    at.minus(Duration::from_micros(1))
}

/// Prunes to the end; says how many times there was more.
pub(super) async fn prune_to_the_end(store: &dyn Store, before: PruneBefore) -> usize {
    for rounds in 0..100 {
        if !store.prune(before).await.unwrap() {
            return rounds;
        }
    }
    panic!("pruning does not come to an end")
}

async fn told(store: &dyn Store, events: &[NewEvent]) {
    done(store, Commit { events: events.to_vec(), ..Commit::default() }).await;
    events_after(store, None, events.len(), 1_000).await;
}

async fn log(store: &dyn Store) -> Vec<NewEvent> {
    listed(store, None, 1_000).await.into_iter().map(|logged| logged.event).collect()
}

pub async fn events_older_than_asked_are_removed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let at = bound();
    let event = |at| NewEvent { at, ..builders::event(&seed.thread) };
    let events = [event(just_before(at)), event(at), event(at.plus(Duration::from_micros(1)))];
    told(&*store, &events).await;
    prune_to_the_end(&*store, PruneBefore { events: at, ..NOTHING }).await;
    assert_eq!(log(&*store).await, events[1..]);
}

pub async fn a_cursor_lives_longer_than_its_event(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let at = bound();
    let event = |at| NewEvent { at, ..builders::event(&seed.thread) };
    told(&*store, &[event(just_before(at)), event(at)]).await;
    let cursor = events_after(&*store, None, 2, 1_000).await[0].cursor;
    prune_to_the_end(&*store, PruneBefore { events: at, ..NOTHING }).await;
    assert_eq!(listed(&*store, Some(cursor), 10).await.len(), 1);
}

pub async fn a_place_before_what_was_pruned_is_void(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let beginning = store.end_of_events().await.unwrap();
    let at = bound();
    let old = NewEvent { at: just_before(at), ..builders::event(&seed.thread) };
    told(&*store, &[old.clone(), old.clone(), old]).await;
    let places = events_after(&*store, None, 3, 1_000).await;
    prune_to_the_end(&*store, PruneBefore { events: at, ..NOTHING }).await;
    for place in [beginning, places[0].cursor, places[1].cursor] {
        assert_eq!(store.list_events(Some(place), 10).await.unwrap(), EventPage::Void, "{place:?}");
    }
    assert_eq!(store.end_of_events().await.unwrap(), places[2].cursor);
    done(&*store, Commit { events: vec![builders::event(&seed.thread)], ..Commit::default() }).await;
    assert_eq!(events_after(&*store, Some(places[2].cursor), 1, 10).await.len(), 1);
}

pub async fn keys_older_than_asked_are_removed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let at = bound();
    let record = |key, created_at| IdempotencyRecord { created_at, ..builders::idempotency(&seed.owner, key) };
    let (old, kept) = (record("old", just_before(at)), record("kept", at));
    for record in [&old, &kept] {
        done(&*store, Commit { idempotency: Some(record.clone()), ..Commit::default() }).await;
    }
    prune_to_the_end(&*store, PruneBefore { idempotency: at, ..NOTHING }).await;
    assert_eq!(store.find_idempotency(&old.scope).await.unwrap(), None);
    assert_eq!(store.find_idempotency(&kept.scope).await.unwrap(), Some(kept));
    done(&*store, Commit { idempotency: Some(old), ..Commit::default() }).await;
}

pub async fn chunks_of_runs_that_ended_earlier_are_removed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let at = bound();
    let mut runs = Vec::new();
    for ended_at in [Some(just_before(at)), Some(at), None] {
        let (turn, lease) = running_turn(&*store, &seed).await;
        let chunks = vec![text_chunk(0, 0, "a"), text_chunk(0, 1, "b")];
        let append = AppendChunks { run: turn.run.id, lease: lease.clone(), attempt: 1, chunks };
        store.append_run_chunks(append).await.unwrap();
        if let Some(at) = ended_at {
            finish(&*store, &lease, FinishRun { at, ..end_of(turn.run.id, RunStatus::Completed) }).await;
        }
        runs.push(turn.run.id);
    }
    prune_to_the_end(&*store, PruneBefore { run_chunks: at, ..NOTHING }).await;
    let mut kept = Vec::new();
    for run in &runs {
        kept.push(store.list_run_chunks(*run, 1, 0).await.unwrap().len());
        assert!(store.find_run(seed.organization.id, *run).await.unwrap().is_some());
    }
    assert_eq!(kept, vec![0, 2, 2]);
}

pub async fn sessions_that_ended_earlier_are_removed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let at = bound();
    let live = builders::session(&seed.owner);
    let expired = |expires_at| Session { expires_at, ..builders::session(&seed.owner) };
    let revoked = |at| Session { revoked_at: Some(at), ..builders::session(&seed.owner) };
    let gone = [expired(just_before(at)), revoked(just_before(at))];
    let kept = [live, expired(at), revoked(at)];
    let inserts = gone.iter().chain(&kept).map(|session| Change::Session(SessionChange::Insert(session.clone())));
    apply(&*store, inserts).await;
    prune_to_the_end(&*store, PruneBefore { sessions: at, ..NOTHING }).await;
    for session in gone {
        assert_eq!(store.find_session(session.id).await.unwrap(), None);
    }
    for session in kept {
        assert_eq!(store.find_session(session.id).await.unwrap(), Some((session, seed.owner.clone())));
    }
}

pub async fn invitations_that_ended_earlier_are_removed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let at = bound();
    let later = at.plus(Duration::from_secs(60));
    let open = || Invitation { expires_at: later, ..builders::invitation(&seed.owner) };
    let ended = |end| {
        [
            Invitation { expires_at: end, ..open() },
            Invitation { used: Some((end, seed.owner.id)), ..open() },
            Invitation { revoked_at: Some(end), ..open() },
        ]
    };
    let (gone, kept) = (ended(just_before(at)), ended(at));
    let open = open();
    for invitation in gone.iter().chain(&kept).chain([&open]) {
        let fresh = Invitation { used: None, revoked_at: None, ..invitation.clone() };
        apply(&*store, [Change::Invitation(InvitationChange::Insert(fresh))]).await;
        if let Some((at, by)) = invitation.used {
            apply(&*store, [Change::Invitation(InvitationChange::Use { invitation: invitation.id, by, at })]).await;
        }
        if let Some(at) = invitation.revoked_at {
            apply(&*store, [Change::Invitation(InvitationChange::Revoke { invitation: invitation.id, at })]).await;
        }
    }
    prune_to_the_end(&*store, PruneBefore { sessions: at, ..NOTHING }).await;
    for invitation in &gone {
        assert_eq!(store.find_invitation(invitation.id).await.unwrap(), None);
    }
    for invitation in kept.iter().chain([&open]) {
        assert_eq!(store.find_invitation(invitation.id).await.unwrap().as_ref(), Some(invitation));
    }
}

pub async fn pruning_removes_five_hundred_at_a_time(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let events: Vec<NewEvent> = (0..620).map(|_| builders::event(&seed.thread)).collect();
    told(&*store, &events).await;
    let before = PruneBefore { events: bound(), ..NOTHING };
    assert!(store.prune(before).await.unwrap(), "there is more");
    let left = log(&*store).await.len();
    assert!((120..620).contains(&left), "{left}");
    let more = prune_to_the_end(&*store, before).await;
    assert!(more <= 1, "{more}");
    assert_eq!(log(&*store).await, vec![]);
}

pub async fn there_is_nothing_to_prune_in_a_fresh_store(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let at = bound();
    let before = PruneBefore { events: at, idempotency: at, run_chunks: at, sessions: at, usage: at, connections: at };
    assert!(!store.prune(before).await.unwrap());
    assert!(!store.prune(NOTHING).await.unwrap());
    assert_eq!(store.find_user(seed.organization.id, seed.owner.id).await.unwrap(), Some(seed.owner));
    assert_eq!(store.find_run(turn.run.organization_id, turn.run.id).await.unwrap(), Some(turn.run));
}

pub async fn each_kind_is_pruned_by_its_own_bound(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let event = builders::event(&seed.thread);
    told(&*store, std::slice::from_ref(&event)).await;
    let record = builders::idempotency(&seed.owner, "key");
    done(&*store, Commit { idempotency: Some(record.clone()), ..Commit::default() }).await;
    let session = Session { revoked_at: Some(builders::at()), ..builders::session(&seed.owner) };
    apply(&*store, [Change::Session(SessionChange::Insert(session.clone()))]).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    let chunk: RunChunk = text_chunk(0, 0, "a");
    let append = AppendChunks { run: turn.run.id, lease: lease.clone(), attempt: 1, chunks: vec![chunk] };
    store.append_run_chunks(append).await.unwrap();
    finish(&*store, &lease, end_of(turn.run.id, RunStatus::Completed)).await;

    let at = bound();
    let left = async || {
        (
            log(&*store).await.len(),
            store.find_idempotency(&record.scope).await.unwrap().iter().count(),
            store.list_run_chunks(turn.run.id, 1, 0).await.unwrap().len(),
            store.find_session(session.id).await.unwrap().iter().count(),
        )
    };
    assert_eq!(left().await, (1, 1, 1, 1));
    prune_to_the_end(&*store, PruneBefore { sessions: at, ..NOTHING }).await;
    assert_eq!(left().await, (1, 1, 1, 0));
    prune_to_the_end(&*store, PruneBefore { run_chunks: at, ..NOTHING }).await;
    assert_eq!(left().await, (1, 1, 0, 0));
    prune_to_the_end(&*store, PruneBefore { idempotency: at, ..NOTHING }).await;
    assert_eq!(left().await, (1, 0, 0, 0));
    prune_to_the_end(&*store, PruneBefore { events: at, ..NOTHING }).await;
    assert_eq!(left().await, (0, 0, 0, 0));
}
