//! How a database is opened: migrated once, by one process at a time, never downwards.

use std::error::Error;

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use stead_adapter_sql::{OpenError, Pending, PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use stead_domain::ports::Store;
use tokio::task::JoinSet;

use crate::stores::{SqliteFile, database, empty_database};

const NEWER: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";

fn refusing() -> (SqliteOptions, PostgresOptions) {
    let pending = Pending::Refuse;
    (SqliteOptions { pending, ..SqliteOptions::default() }, PostgresOptions { pending, ..PostgresOptions::default() })
}

#[test]
fn a_sqlite_file_with_a_newer_schema_is_refused() {
    let file = SqliteFile::new();
    drop(file.open());
    let mut connection = SqliteConnection::establish(file.path().to_str().unwrap()).unwrap();
    connection.batch_execute(NEWER).unwrap();
    drop(connection);
    let error = SqliteStore::open(&file.path(), SqliteOptions::default()).unwrap_err();
    assert!(matches!(&error, OpenError::NewerSchema(versions) if versions == "9999"), "{error:?}");
    assert!(SqliteStore::migrate(&file.path()).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_database_with_a_newer_schema_is_refused() {
    let database = database().await;
    database.client().await.unwrap().batch_execute(NEWER).await.unwrap();
    let error = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap_err();
    assert!(matches!(&error, OpenError::NewerSchema(versions) if versions == "9999"), "{error:?}");
}

#[test]
fn a_pending_migration_of_a_sqlite_file_is_refused_where_that_is_wanted() {
    let file = SqliteFile::new();
    let error = SqliteStore::open(&file.path(), refusing().0).unwrap_err();
    assert!(matches!(&error, OpenError::Pending(_)), "{error:?}");
    assert_eq!(SqliteStore::migrate(&file.path()).unwrap(), ["0001_foundation"]);
    assert!(SqliteStore::migrate(&file.path()).unwrap().is_empty());
    SqliteStore::open(&file.path(), refusing().0).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_migration_of_postgres_is_refused_where_that_is_wanted() {
    let database = empty_database().await;
    let error = PostgresStore::connect(database.url(), refusing().1).await.unwrap_err();
    assert!(matches!(&error, OpenError::Pending(_)), "{error:?}");
    assert_eq!(PostgresStore::migrate(database.url()).await.unwrap(), ["0001_foundation"]);
    PostgresStore::connect(database.url(), refusing().1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_that_start_at_once_migrate_postgres_cleanly() {
    let database = empty_database().await;
    let mut starters = JoinSet::new();
    for _ in 0..4 {
        let url = database.url().to_owned();
        starters.spawn(async move { PostgresStore::connect(&url, PostgresOptions::default()).await });
    }
    for store in starters.join_all().await {
        store.unwrap().now().await.unwrap();
    }
}

/// Tests of others, and tools, run on such a runtime.
#[tokio::test(flavor = "current_thread")]
async fn postgres_is_migrated_from_a_runtime_of_one_thread_too() {
    let database = empty_database().await;
    PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
}

#[test]
fn a_sqlite_file_has_one_owner() {
    let file = SqliteFile::new();
    let owner = file.open();
    let error = SqliteStore::open(&file.path(), SqliteOptions::default()).unwrap_err();
    assert!(matches!(&error, OpenError::InUse(path) if *path == file.path()), "{error:?}");
    assert!(error.to_string().contains("in use by another process"), "{error}");
    drop(owner);
    file.open();
}

#[test]
fn the_folder_of_a_sqlite_file_is_made() {
    let file = SqliteFile::new();
    let path = file.path().with_file_name("a/b/stead.db");
    SqliteStore::open(&path, SqliteOptions::default()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_server_is_told_without_the_password() {
    // Nobody listens on the discard port.
    let url = "postgres://stead:hunter2@127.0.0.1:9/stead";
    let error = PostgresStore::connect(url, PostgresOptions::default()).await.unwrap_err();
    assert!(matches!(&error, OpenError::Connect(_)), "{error:?}");
    let mut told = format!("{error:?} {error}");
    let mut cause: Option<&dyn Error> = error.source();
    while let Some(error) = cause {
        told.push_str(&error.to_string());
        cause = error.source();
    }
    assert!(!told.contains("hunter2"), "{told}");
}
