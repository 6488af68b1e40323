//! The databases that are measured, each empty.

use std::{path::PathBuf, sync::Arc};

use stead_adapter_sql::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore, testing::PostgresDatabase};
use stead_domain::ports::Store;
use tempfile::TempDir;

/// A database that is measured through the port.
pub struct Database {
    pub name: &'static str,
    pub store: Arc<dyn Store>,
    pub place: Place,
    _gone_with_this: Kept,
}

/// Where a database is.
pub enum Place {
    Sqlite(PathBuf),
    Postgres(String),
}

enum Kept {
    Folder(#[expect(dead_code, reason = "removed when it is dropped")] TempDir),
    Database(#[expect(dead_code, reason = "removed when it is dropped")] PostgresDatabase),
}

/// SQLite in a folder of its own.
pub fn sqlite() -> anyhow::Result<Database> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bench.db");
    let store = SqliteStore::open(&path, SqliteOptions::default())?;
    Ok(Database {
        name: "SQLite",
        store: Arc::new(store),
        place: Place::Sqlite(path),
        _gone_with_this: Kept::Folder(folder),
    })
}

/// Postgres in a database of its own, where `STEAD_TEST_POSTGRES_URL` names a server (`scripts/postgres` does).
pub async fn postgres(name: &'static str, writers: usize) -> anyhow::Result<Option<Database>> {
    if !there_is_postgres() {
        return Ok(None);
    }
    let database = PostgresDatabase::empty().await?;
    let options = PostgresOptions { writers, ..PostgresOptions::default() };
    let store = PostgresStore::connect(database.url(), options).await?;
    let place = Place::Postgres(database.url().to_owned());
    Ok(Some(Database { name, store: Arc::new(store), place, _gone_with_this: Kept::Database(database) }))
}

/// Whether a server of Postgres is named.
pub fn there_is_postgres() -> bool {
    #[expect(clippy::disallowed_methods, reason = "the throw-away server is named by its script")]
    std::env::var_os(stead_adapter_sql::testing::URL).is_some_and(|url| !url.is_empty())
}
