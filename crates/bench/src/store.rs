//! The databases that are measured, each empty.

use std::sync::Arc;

use stead_adapter_sql::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use stead_domain::ports::Store;
use tempfile::TempDir;

/// A database that is measured.
pub struct Database {
    pub name: &'static str,
    pub store: Arc<dyn Store>,
    /// Removed when it is dropped.
    _folder: Option<TempDir>,
}

/// SQLite in a folder of its own, and, where `STEAD_TEST_POSTGRES_URL` names a server (`scripts/postgres` does), Postgres.
pub async fn databases() -> anyhow::Result<Vec<Database>> {
    let folder = tempfile::tempdir()?;
    let sqlite = SqliteStore::open(&folder.path().join("bench.db"), SqliteOptions::default())?;
    let mut databases = vec![Database { name: "SQLite", store: Arc::new(sqlite), _folder: Some(folder) }];
    #[expect(clippy::disallowed_methods, reason = "the throw-away server is named by its script")]
    if let Ok(url) = std::env::var("STEAD_TEST_POSTGRES_URL") {
        let postgres = PostgresStore::connect(&url, PostgresOptions::default()).await?;
        databases.push(Database { name: "Postgres", store: Arc::new(postgres), _folder: None });
        // The same database, to see what the grouping of commits gives.
        let alone = PostgresOptions { writers: 0, ..PostgresOptions::default() };
        let postgres = PostgresStore::connect(&url, alone).await?;
        databases.push(Database { name: "Postgres, each commit alone", store: Arc::new(postgres), _folder: None });
    }
    Ok(databases)
}
