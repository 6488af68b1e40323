//! What is still there after a process died, and what is not: its leases.

use stead_adapter_sql::{SqliteOptions, SqliteStore};
use stead_domain::{
    ports::{
        Store,
        store::{Change, Commit, Committed, Guard, MessageChange, MessageQueries, Outcome, RunChange, TakenFrom},
    },
    run::LeaseOwner,
};
use stead_testkit::builders::{self, Seed};

use crate::stores::SqliteFile;

fn one_message(seed: &Seed) -> Commit {
    let message = builders::user_message(&seed.thread, "Still there?");
    builders::commit([Change::Message(MessageChange::Insert(message))])
}

/// A copy of the files while the store is open is what a kill leaves behind: whatever was acknowledged is in them.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_in_the_files() {
    let file = SqliteFile::new();
    let store = file.open();
    let seed = Seed::commit(&store).await;
    let after_kill = SqliteFile::new();
    for acknowledged in 1..=20 {
        store.commit(one_message(&seed)).await.unwrap();
        for suffix in ["", "-wal"] {
            let name = format!("stead.db{suffix}");
            std::fs::copy(file.path().with_file_name(&name), after_kill.path().with_file_name(&name)).unwrap();
        }
        let reopened = after_kill.open();
        assert_eq!(reopened.count_messages(seed.thread.id).await.unwrap(), acknowledged);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_dropped_can_be_opened_again_at_once() {
    let file = SqliteFile::new();
    let seed = Seed::commit(&file.open()).await;
    for acknowledged in 1..=5 {
        file.open().commit(one_message(&seed)).await.unwrap();
        assert_eq!(file.open().count_messages(seed.thread.id).await.unwrap(), acknowledged);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_lease_is_void_when_a_sqlite_file_is_opened() {
    let file = SqliteFile::new();
    let store = file.open();
    let seed = Seed::commit(&store).await;
    let turn = seed.turn(&store).await;
    let job = builders::job(&seed.thread);
    store.commit(Commit { jobs: vec![job.clone()], ..Commit::default() }).await.unwrap();

    let dead = LeaseOwner(builders::uuid());
    let guard = Guard::Thread { organization: seed.organization.id, conversation: seed.thread.id };
    let start =
        RunChange::StartNext { conversation: seed.thread.id, agent: seed.agent.id, owner: dead, at: builders::at() };
    let started = store.commit(builders::guarded([guard], [Change::Run(start)])).await.unwrap();
    let fence = match started {
        Committed::Done(outcomes) => match outcomes[..] {
            [Outcome::Started(run, fence)] if run == turn.run.id => fence,
            _ => panic!("{outcomes:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(store.claim_jobs(dead, 10).await.unwrap().len(), 1);
    let alive = LeaseOwner(builders::uuid());
    assert!(store.claim_runs(alive, 10).await.unwrap().is_empty());
    assert!(store.claim_jobs(alive, 10).await.unwrap().is_empty());
    drop(store);

    let store = SqliteStore::open(&file.path(), SqliteOptions::default()).unwrap();
    let runs = store.claim_runs(alive, 10).await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].run.id, runs[0].taken_from), (turn.run.id, TakenFrom::Lapsed));
    assert!(runs[0].lease.fence > fence);
    let jobs = store.claim_jobs(alive, 10).await.unwrap();
    assert_eq!(jobs.iter().map(|claimed| claimed.id).collect::<Vec<_>>(), [job.id]);
}
