//! A copy of a SQLite database that is being written to, and what becomes of it.

use std::{os::unix::fs::PermissionsExt, path::Path};

use stead_adapter_sql::{BackupError, RestoreError, SqliteOptions, SqliteStore};
use stead_domain::{
    event::EventCursor,
    ports::{
        Store,
        store::{Change, Commit, DeadJobs, EventQueries, MessageChange, MessageQueries},
    },
};
use stead_testkit::builders::{self, Seed};

use crate::stores::SqliteFile;

async fn say(store: &SqliteStore, seed: &Seed) {
    let message = builders::user_message(&seed.thread, "Still there?");
    let commit = builders::commit([Change::Message(MessageChange::Insert(message))]);
    store.commit(Commit { events: vec![builders::event(&seed.thread)], ..commit }).await.unwrap();
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, SqliteOptions::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_an_open_database_is_whole_and_its_owners_alone() {
    let file = SqliteFile::new();
    let store = file.open();
    let seed = Seed::commit(&store).await;
    for _ in 0..20 {
        say(&store, &seed).await;
    }
    let copy = file.path().with_file_name("copy.db");
    let bytes = SqliteStore::backup(&file.path(), &copy).unwrap();
    let found = std::fs::metadata(&copy).unwrap();
    assert_eq!((found.len(), found.permissions().mode() & 0o777), (bytes, 0o600));
    say(&store, &seed).await;

    let elsewhere = SqliteFile::new();
    SqliteStore::restore(&copy, &elsewhere.path()).unwrap();
    let restored = elsewhere.open();
    assert_eq!(restored.count_messages(seed.thread.id).await.unwrap(), 20);
    say(&restored, &seed).await;
    let names: Vec<_> = std::fs::read_dir(file.path().parent().unwrap()).unwrap().collect();
    assert_eq!(names.len(), 5, "the database with its -wal, -shm and .lock, and the copy: {names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_in_the_log_from_before_a_restore_are_older_than_all_that_comes() {
    let file = SqliteFile::new();
    let store = file.open();
    let seed = Seed::commit(&store).await;
    say(&store, &seed).await;
    let copy = file.path().with_file_name("copy.db");
    SqliteStore::backup(&file.path(), &copy).unwrap();
    say(&store, &seed).await;
    let newest = |store: SqliteStore| async move { store.end_of_events().await.unwrap() };
    let lost: EventCursor = newest(store).await;

    let first = SqliteFile::new();
    SqliteStore::restore(&copy, &first.path()).unwrap();
    let restored = open(&first.path());
    say(&restored, &seed).await;
    let after: EventCursor = newest(restored).await;
    assert!(after.epoch > lost.epoch, "{after:?} {lost:?}");

    // The same copy again, later: what was given in between means nothing there either.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let second = SqliteFile::new();
    SqliteStore::restore(&copy, &second.path()).unwrap();
    let again = open(&second.path());
    say(&again, &seed).await;
    assert!(newest(again).await.epoch > after.epoch);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten_and_nothing_foreign_is_taken() {
    let file = SqliteFile::new();
    drop(file.open());
    let (copy, note) = (file.path().with_file_name("copy.db"), file.path().with_file_name("note.txt"));
    std::fs::write(&note, "not a database, but long enough to have a header of a hundred bytes ".repeat(4)).unwrap();
    assert!(matches!(SqliteStore::backup(&file.path(), &note), Err(BackupError::Exists(_))));
    assert!(matches!(SqliteStore::backup(&copy, &note.with_extension("db")), Err(BackupError::Missing(_))));
    SqliteStore::backup(&file.path(), &copy).unwrap();

    let taken = SqliteStore::restore(&copy, &file.path());
    assert!(matches!(taken, Err(RestoreError::Backup(BackupError::Exists(_)))), "{taken:?}");
    let elsewhere = SqliteFile::new();
    let foreign = SqliteStore::restore(&note, &elsewhere.path());
    assert!(matches!(foreign, Err(RestoreError::Backup(BackupError::Foreign(_)))), "{foreign:?}");
    assert!(!elsewhere.path().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_copy_is_refused() {
    let file = SqliteFile::new();
    let store = file.open();
    let seed = Seed::commit(&store).await;
    for _ in 0..200 {
        say(&store, &seed).await;
    }
    let copy = file.path().with_file_name("copy.db");
    SqliteStore::backup(&file.path(), &copy).unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0xAA);
    std::fs::write(&copy, bytes).unwrap();
    let elsewhere = SqliteFile::new();
    let refused = SqliteStore::restore(&copy, &elsewhere.path()).unwrap_err();
    assert!(refused.to_string().contains("copy.db"), "{refused}");
    assert!(!elsewhere.path().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_works_beside_the_owner_and_disturbs_no_lease() {
    let file = SqliteFile::new();
    let owner = file.open();
    let seed = Seed::commit(&owner).await;
    let job = builders::job(&seed.thread);
    owner.commit(Commit { jobs: vec![job], ..Commit::default() }).await.unwrap();
    let worker = stead_domain::run::LeaseOwner(builders::uuid());
    assert_eq!(owner.claim_jobs(worker, 1).await.unwrap().len(), 1);

    let beside = SqliteStore::open_beside(&file.path()).unwrap();
    assert_eq!(beside.figures().await.unwrap().jobs.at_work, 1);
    assert_eq!(beside.retry_dead_jobs(DeadJobs::All).await.unwrap(), 0);
    drop(beside);
    assert!(owner.claim_jobs(worker, 1).await.unwrap().is_empty(), "its lease still holds");
    assert!(SqliteStore::open_beside(&file.path().with_file_name("none.db")).is_err());
}
