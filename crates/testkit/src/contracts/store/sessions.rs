//! Sessions.

use std::sync::Arc;

use stead_domain::{
    ports::store::{Change, Outcome, SessionChange, Store, UserChange},
    session::Session,
    user::User,
};

use super::{
    concurrency::all_at_once,
    expectations::{apply_one, done},
};
use crate::builders::{self, Seed};

async fn signed_in(store: &dyn Store, seed: &Seed) -> Session {
    let session = builders::session(&seed.owner);
    let inserted = apply_one(store, Change::Session(SessionChange::Insert(session.clone()))).await;
    assert_eq!(inserted, Outcome::Inserted);
    session
}

fn rotate(session: &Session, from: i64) -> Change {
    Change::Session(SessionChange::Rotate { session: session.id, from, at: builders::at() })
}

async fn session_now(store: &dyn Store, session: &Session) -> Session {
    store.find_session(session.id).await.unwrap().expect("a session that is there").0
}

pub async fn a_session_is_read_as_written_with_its_user(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let plain = builders::session(&seed.owner);
    let full = Session {
        generation: 1 << 33,
        rotated_at: builders::at(),
        revoked_at: Some(builders::at()),
        user_agent: Some("Mozilla/5.0 (Ünix; 🐧)".to_owned()),
        ..builders::session(&seed.owner)
    };
    for session in [plain, full] {
        apply_one(&*store, Change::Session(SessionChange::Insert(session.clone()))).await;
        assert_eq!(store.find_session(session.id).await.unwrap(), Some((session, seed.owner.clone())));
    }
}

pub async fn an_unknown_session_is_none(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    signed_in(&*store, &seed).await;
    assert_eq!(store.find_session(builders::id()).await.unwrap(), None);
}

pub async fn a_sessions_user_is_as_they_are_now(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let session = signed_in(&*store, &seed).await;
    let now = User { deactivated_at: Some(builders::at()), version: 2, ..seed.owner.clone() };
    apply_one(&*store, Change::User(UserChange::Update(now.clone()))).await;
    assert_eq!(store.find_session(session.id).await.unwrap(), Some((session, now)));
}

pub async fn a_session_rotates_to_the_next_generation(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let session = signed_in(&*store, &seed).await;
    let at = builders::at();
    let change = Change::Session(SessionChange::Rotate { session: session.id, from: 1, at });
    assert_eq!(apply_one(&*store, change).await, Outcome::Updated);
    assert_eq!(session_now(&*store, &session).await, Session { generation: 2, rotated_at: at, ..session });
}

pub async fn a_session_rotates_from_its_newest_generation_alone(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let session = signed_in(&*store, &seed).await;
    assert_eq!(apply_one(&*store, rotate(&session, 1)).await, Outcome::Updated);
    let rotated = session_now(&*store, &session).await;
    for from in [0, 1, 3] {
        assert_eq!(apply_one(&*store, rotate(&session, from)).await, Outcome::Unchanged, "from {from}");
    }
    assert_eq!(session_now(&*store, &session).await, rotated);
}

pub async fn a_revoked_session_does_not_rotate(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let session = signed_in(&*store, &seed).await;
    let at = builders::at();
    apply_one(&*store, Change::Session(SessionChange::Revoke { session: session.id, at })).await;
    assert_eq!(apply_one(&*store, rotate(&session, 1)).await, Outcome::Unchanged);
    assert_eq!(session_now(&*store, &session).await, Session { revoked_at: Some(at), ..session });
}

pub async fn a_session_is_revoked_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (session, other) = (signed_in(&*store, &seed).await, signed_in(&*store, &seed).await);
    let at = builders::at();
    let revoke = |at| Change::Session(SessionChange::Revoke { session: session.id, at });
    assert_eq!(apply_one(&*store, revoke(at)).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, revoke(builders::at())).await, Outcome::Unchanged);
    assert_eq!(session_now(&*store, &session).await.revoked_at, Some(at));
    assert_eq!(session_now(&*store, &other).await, other);
}

pub async fn a_change_of_an_unknown_session_changes_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let unknown = builders::session(&seed.owner);
    let revoke = Change::Session(SessionChange::Revoke { session: unknown.id, at: builders::at() });
    assert_eq!(apply_one(&*store, rotate(&unknown, 1)).await, Outcome::Unchanged);
    assert_eq!(apply_one(&*store, revoke).await, Outcome::Unchanged);
}

pub async fn one_of_many_concurrent_rotations_happens(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let session = signed_in(&*store, &seed).await;
    let outcomes = all_at_once((0..16).map(|_| {
        let (store, change) = (Arc::clone(&store), rotate(&session, 1));
        async move { done(&*store, builders::commit([change])).await[0] }
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Updated).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Unchanged).count(), 15);
    assert_eq!(session_now(&*store, &session).await.generation, 2);
}
