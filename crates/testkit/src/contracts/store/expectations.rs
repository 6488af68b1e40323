//! What a commit is expected to come to.

use stead_domain::ports::store::{Change, Commit, Committed, Guard, Outcome, Store, StoreError, UniqueKey};

use crate::builders;

/// The commit lands.
pub(super) async fn done(store: &dyn Store, commit: Commit) -> Vec<Outcome> {
    let changes = commit.changes.len();
    match store.commit(commit).await {
        Ok(Committed::Done(outcomes)) => {
            assert_eq!(outcomes.len(), changes, "one outcome per change");
            outcomes
        }
        other => panic!("expected the commit to land: {other:?}"),
    }
}

/// The changes land.
pub(super) async fn apply(store: &dyn Store, changes: impl IntoIterator<Item = Change>) -> Vec<Outcome> {
    done(store, builders::commit(changes)).await
}

/// The one change lands.
pub(super) async fn apply_one(store: &dyn Store, change: Change) -> Outcome {
    apply(store, [change]).await[0]
}

/// The commit is refused, by this guard.
pub(super) async fn refused(store: &dyn Store, commit: Commit) -> Guard {
    match store.commit(commit).await {
        Err(StoreError::Refused(guard)) => guard,
        other => panic!("expected a refusal: {other:?}"),
    }
}

/// The commit finds this key taken.
pub(super) async fn conflict(store: &dyn Store, commit: Commit) -> UniqueKey {
    match store.commit(commit).await {
        Err(StoreError::Conflict(key)) => key,
        other => panic!("expected a conflict: {other:?}"),
    }
}

/// The change finds this key taken.
pub(super) async fn conflict_of(store: &dyn Store, change: Change) -> UniqueKey {
    conflict(store, builders::commit([change])).await
}

/// Whether the guard holds.
pub(super) async fn holds(store: &dyn Store, guard: Guard) -> bool {
    match store.commit(builders::guarded([guard.clone()], [])).await {
        Ok(Committed::Done(_)) => true,
        Err(StoreError::Refused(refused)) if refused == guard => false,
        other => panic!("{guard:?} neither holds nor is refused: {other:?}"),
    }
}
