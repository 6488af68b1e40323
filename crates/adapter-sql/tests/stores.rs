//! Fresh stores.

use std::{path::PathBuf, sync::Arc};

use stead_adapter_sql::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore, testing::PostgresDatabase};
use stead_domain::ports::Store;
use tempfile::TempDir;

use crate::plans;

/// A file in a folder of its own, removed when dropped.
pub struct SqliteFile {
    folder: TempDir,
}

impl Drop for SqliteFile {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            plans::reads_no_large_table_whole(&self.path());
        }
    }
}

impl SqliteFile {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("stead.db")
    }

    pub fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path(), SqliteOptions::default()).unwrap()
    }
}

pub async fn sqlite() -> (Arc<dyn Store>, SqliteFile) {
    plans::note();
    let file = SqliteFile::new();
    (Arc::new(file.open()), file)
}

pub async fn postgres() -> (Arc<dyn Store>, PostgresDatabase) {
    let database = database().await;
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    (Arc::new(store), database)
}

/// A migrated database.
pub async fn database() -> PostgresDatabase {
    PostgresDatabase::migrated().await.unwrap_or_else(|error| panic!("{error}"))
}

/// A database without a schema.
pub async fn empty_database() -> PostgresDatabase {
    PostgresDatabase::empty().await.unwrap_or_else(|error| panic!("{error}"))
}
