//! Jobs that nobody can do are set aside, where an admin sees them, and hold up no other.

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use stead_domain::{
    job::MAX_ATTEMPTS,
    ports::{Store, store::Commit},
    run::LeaseOwner,
};
use stead_testkit::builders::{self, Seed};

use crate::stores::{self, SqliteFile};

/// What a newer version may leave behind: an unknown kind, an unknown version, an unreadable payload.
const FROM_THE_FUTURE: &str = r#"
    UPDATE jobs SET kind = 'brew_coffee' WHERE attempts = 11;
    UPDATE jobs SET payload = '{"v": 2, "conversation_id": "01941f29-7c00-7000-8000-000000000000"}' WHERE attempts = 12;
    UPDATE jobs SET payload = '{"cups": 2}' WHERE attempts = 13;
    UPDATE jobs SET attempts = 0;
"#;

/// Enqueues four jobs and tells them apart by a number in a column that is zero otherwise.
async fn four_jobs(store: &dyn Store, mut mark: impl AsyncFnMut(String)) -> Vec<stead_domain::JobId> {
    let seed = Seed::commit(store).await;
    let mut ids = Vec::new();
    for n in 10..14 {
        let job = builders::job(&seed.thread);
        ids.push(job.id);
        store.commit(Commit { jobs: vec![job], ..Commit::default() }).await.unwrap();
        mark(format!("UPDATE jobs SET attempts = {n} WHERE attempts = 0")).await;
    }
    mark(FROM_THE_FUTURE.to_owned()).await;
    ids
}

async fn only_the_first_is_claimed(store: &dyn Store, ids: &[stead_domain::JobId]) {
    let owner = LeaseOwner(builders::uuid());
    let claimed = store.claim_jobs(owner, 10).await.unwrap();
    assert_eq!(claimed.iter().map(|job| job.id).collect::<Vec<_>>(), ids[..1]);
    let mut dead: Vec<_> = store.list_dead_jobs().await.unwrap();
    dead.sort();
    let reasons: Vec<&str> = dead.iter().map(|(_, reason)| reason.as_str()).collect();
    assert_eq!(dead.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids[1..]);
    assert_eq!(reasons, ["unknown kind", "unknown version of the payload", "unreadable payload"]);
    assert!(store.claim_jobs(owner, 10).await.unwrap().is_empty(), "the dead stay dead");
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_sets_unknown_jobs_aside() {
    let file = SqliteFile::new();
    let store = file.open();
    let mut beside = SqliteConnection::establish(file.path().to_str().unwrap()).unwrap();
    beside.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    let ids = four_jobs(&store, async |sql| beside.batch_execute(&sql).unwrap()).await;
    only_the_first_is_claimed(&store, &ids).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_sets_unknown_jobs_aside() {
    let (store, database) = stores::postgres().await;
    let beside = database.client().await.unwrap();
    let ids = four_jobs(&*store, async |sql| beside.batch_execute(&sql).await.unwrap()).await;
    only_the_first_is_claimed(&*store, &ids).await;
}

async fn a_job_dies_after_its_last_try(store: &dyn Store) {
    let seed = Seed::commit(store).await;
    let job = builders::job(&seed.thread);
    store.commit(Commit { jobs: vec![job.clone()], ..Commit::default() }).await.unwrap();
    for attempt in 1..=MAX_ATTEMPTS {
        // Each dies without a word.
        let owner = LeaseOwner(builders::uuid());
        let claimed = store.claim_jobs(owner, 1).await.unwrap();
        assert_eq!(claimed.iter().map(|job| job.attempts).collect::<Vec<_>>(), [attempt]);
        store.release_leases(owner).await.unwrap();
    }
    assert!(store.claim_jobs(LeaseOwner(builders::uuid()), 1).await.unwrap().is_empty());
    let dead = store.list_dead_jobs().await.unwrap();
    assert_eq!(dead.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [job.id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_in_sqlite_dies_after_its_last_try() {
    let (store, _file) = stores::sqlite().await;
    a_job_dies_after_its_last_try(&*store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_in_postgres_dies_after_its_last_try() {
    let (store, _database) = stores::postgres().await;
    a_job_dies_after_its_last_try(&*store).await;
}
