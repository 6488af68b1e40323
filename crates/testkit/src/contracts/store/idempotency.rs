//! Idempotency: what was asked with a key is done once.

use std::sync::Arc;

use stead_domain::{
    OrganizationId, UserId,
    idempotency::{IdempotencyKey, IdempotencyRecord, IdempotencyScope},
    ports::store::{AgentChange, Change, Commit, Committed, Guard, MessageChange, Store, StoreError, Versioned},
};

use super::{
    concurrency::all_at_once,
    expectations::{conflict, done},
    scenes::{message_ids, worker},
};
use crate::builders::{self, Seed};

fn keyed(record: &IdempotencyRecord, changes: impl IntoIterator<Item = Change>) -> Commit {
    Commit { idempotency: Some(record.clone()), ..builders::commit(changes) }
}

async fn replayed(store: &dyn Store, commit: Commit) -> IdempotencyRecord {
    match store.commit(commit).await {
        Ok(Committed::Replayed(record)) => record,
        other => panic!("expected a replay: {other:?}"),
    }
}

pub async fn a_record_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let printable: String = (0x20..=0x7e_u8).map(char::from).collect();
    for key in ["k", "a key with spaces' \"; --", printable.as_str(), &"x".repeat(255)] {
        let mut fingerprint = [0; 32];
        fingerprint.iter_mut().zip(0_u8..).for_each(|(byte, n)| *byte = n.wrapping_mul(37));
        let record = IdempotencyRecord { fingerprint, ..builders::idempotency(&seed.owner, key) };
        done(&*store, keyed(&record, [])).await;
        assert_eq!(store.find_idempotency(&record.scope).await.unwrap(), Some(record));
    }
}

pub async fn an_unknown_key_is_none(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let record = builders::idempotency(&seed.owner, "never");
    assert_eq!(store.find_idempotency(&record.scope).await.unwrap(), None);
}

pub async fn a_repeated_key_is_replayed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let first = builders::idempotency(&seed.owner, "key");
    done(&*store, keyed(&first, [])).await;
    let second = IdempotencyRecord { fingerprint: [9; 32], ..builders::idempotency(&seed.owner, "key") };
    assert_eq!(replayed(&*store, keyed(&second, [])).await, first);
    assert_eq!(store.find_idempotency(&first.scope).await.unwrap(), Some(first));
}

pub async fn a_replay_does_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let record = builders::idempotency(&seed.owner, "key");
    done(&*store, keyed(&record, [])).await;
    let message = builders::user_message(&seed.thread, "Again");
    let commit = Commit {
        events: vec![builders::event(&seed.thread)],
        jobs: vec![builders::job(&seed.thread)],
        ..keyed(&record, [Change::Message(MessageChange::Insert(message))])
    };
    assert_eq!(replayed(&*store, commit).await, record);
    assert_eq!(message_ids(&*store, &seed.thread).await, vec![]);
    assert_eq!(store.claim_jobs(worker(), 10).await.unwrap(), vec![]);
    super::events::nothing_is_logged(&*store, &seed).await;
}

pub async fn a_key_is_looked_at_before_guards_and_changes(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let record = builders::idempotency(&seed.owner, "key");
    let insert = Change::Agent(AgentChange::Insert(builders::agent(&seed.organization)));
    let guard = Guard::Version(Versioned::Thread(seed.thread.id), 1);
    let commit = Commit { guards: vec![guard], ..keyed(&record, [insert]) };
    done(&*store, commit.clone()).await;
    assert_eq!(replayed(&*store, commit.clone()).await, record, "the change would now conflict");

    let failing = vec![Guard::Version(Versioned::Thread(seed.thread.id), 2)];
    assert_eq!(replayed(&*store, Commit { guards: failing, ..commit }).await, record);
}

pub async fn a_commit_that_conflicts_leaves_its_key_free(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let record = builders::idempotency(&seed.owner, "key");
    let taken = Change::Agent(AgentChange::Insert(seed.agent.clone()));
    conflict(&*store, keyed(&record, [taken])).await;
    assert_eq!(store.find_idempotency(&record.scope).await.unwrap(), None);
    done(&*store, keyed(&record, [])).await;
}

pub async fn the_same_key_elsewhere_is_another_key(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let member = seed.another_user(&*store).await;
    let base = builders::idempotency(&seed.owner, "Key");
    let scoped = |organization_id: OrganizationId, user_id: UserId, operation: &str, key: &str| IdempotencyRecord {
        scope: IdempotencyScope {
            organization_id,
            user_id,
            operation: operation.to_owned(),
            key: IdempotencyKey::parse(key).unwrap(),
        },
        ..builders::idempotency(&seed.owner, "Key")
    };
    let (organization, user, operation) = (seed.organization.id, seed.owner.id, base.scope.operation.clone());
    let records = [
        scoped(organization, member.id, &operation, "Key"),
        scoped(other.organization.id, user, &operation, "Key"),
        scoped(organization, user, "POST /chat/x/threads", "Key"),
        scoped(organization, user, &operation, "key"),
        scoped(organization, user, &operation, "Key "),
        base,
    ];
    for record in &records {
        done(&*store, keyed(record, [])).await;
    }
    for record in records {
        assert_eq!(store.find_idempotency(&record.scope).await.unwrap(), Some(record));
    }
}

pub async fn one_of_fifty_concurrent_commits_with_one_key_is_done(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let answers = all_at_once((0..50).map(|_| {
        let (store, agent) = (Arc::clone(&store), builders::agent(&seed.organization));
        let record =
            IdempotencyRecord { subject_id: agent.id.uuid(), ..builders::idempotency(&seed.owner, "one for all") };
        let commit = Commit {
            jobs: vec![builders::job(&seed.thread)],
            ..keyed(&record, [Change::Agent(AgentChange::Insert(agent.clone()))])
        };
        async move { (agent, record, store.commit(commit).await) }
    }))
    .await;

    let kept = store.find_idempotency(&answers[0].1.scope).await.unwrap().expect("a record");
    let (mut done, mut replays) = (0, 0);
    for (agent, record, answer) in answers {
        let found = store.find_agent(seed.organization.id, agent.id).await.unwrap();
        match answer {
            Ok(Committed::Done(_)) => {
                done += 1;
                assert_eq!((record, found), (kept.clone(), Some(agent)));
            }
            Ok(Committed::Replayed(record)) => {
                replays += 1;
                assert_eq!((record, found), (kept.clone(), None));
            }
            Err(error @ (StoreError::Refused(_) | StoreError::Conflict(_))) => panic!("{error:?}"),
            Err(error @ (StoreError::Unavailable(_) | StoreError::Internal(_))) => panic!("{error:?}"),
        }
    }
    assert_eq!((done, replays), (1, 49));
    assert_eq!(store.claim_jobs(worker(), 100).await.unwrap().len(), 1);
}
