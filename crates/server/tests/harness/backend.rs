//! Which database a test runs on.

use std::sync::Arc;

use stead_adapter_sql::testing::PostgresDatabase;
use tempfile::TempDir;

use super::{Setup, Stead};

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database of a test's own, and the folder for all else that is kept. It outlives every Stead that is started on it.
pub struct Home {
    pub backend: Backend,
    pub data_dir: TempDir,
    database: Option<PostgresDatabase>,
}

/// What a test is given.
pub trait Given: Sized {
    /// Makes it for a database.
    async fn given(home: Arc<Home>) -> Self;
}

impl Given for Setup {
    async fn given(home: Arc<Home>) -> Self {
        Setup::new(home)
    }
}

impl Given for Stead {
    async fn given(home: Arc<Home>) -> Self {
        Setup::new(home).start().await
    }
}

/// Runs a test on a fresh database, which is gone afterwards.
pub async fn run<G: Given>(backend: Backend, fact: impl AsyncFnOnce(G)) {
    let database = match backend {
        Backend::Sqlite => None,
        Backend::Postgres => Some(PostgresDatabase::migrated().await.unwrap_or_else(|error| panic!("{error}"))),
    };
    let home = Arc::new(Home::new(backend, database));
    fact(G::given(Arc::clone(&home)).await).await;
}

impl Home {
    fn new(backend: Backend, database: Option<PostgresDatabase>) -> Self {
        let data_dir = tempfile::Builder::new().prefix("stead-test-").tempdir().expect("a temporary folder");
        Self { backend, data_dir, database }
    }

    /// Another of the same kind, in which nothing was ever made, no table either.
    pub async fn untouched(&self) -> Arc<Self> {
        let database = match self.backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(PostgresDatabase::empty().await.expect("an empty database")),
        };
        Arc::new(Self::new(self.backend, database))
    }

    /// The settings that lead here.
    pub fn settings(&self) -> Vec<(String, String)> {
        let data_dir = self.data_dir.path().to_str().expect("a folder's name that is text");
        let mut settings = vec![("STEAD_DATA_DIR".to_owned(), data_dir.to_owned())];
        if let Some(database) = &self.database {
            settings.push(("STEAD_DATABASE__URL".to_owned(), database.url().to_owned()));
            settings.push(("STEAD_AUTH__SECRET".to_owned(), "5f0d1c7e92ab4c66b1f4d03a7be81c25".to_owned()));
        }
        settings
    }

    /// Lets a minute pass for the leases of a process that was killed: on Postgres nobody takes its runs and jobs before. On
    /// SQLite they are void when the next process starts.
    pub async fn let_leases_lapse(&self) {
        if self.backend == Backend::Postgres {
            let client = self.postgres().client().await.expect("Postgres answers");
            for table in ["runs", "jobs"] {
                let past = "lease_until = now() - interval '1 second'";
                let lapse = format!("UPDATE {table} SET {past} WHERE lease_until IS NOT NULL");
                client.batch_execute(&lapse).await.expect("a table with leases");
            }
        }
    }

    /// The database, where it is one of Postgres.
    pub fn postgres(&self) -> &PostgresDatabase {
        self.database.as_ref().expect("a database of Postgres")
    }
}
