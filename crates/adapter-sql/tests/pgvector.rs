//! The index of vectors by pgvector, which a usual Postgres does not have: `scripts/pgvector` starts one that does.

use std::sync::Arc;

use async_trait::async_trait;
use stead_adapter_sql::{PostgresOptions, PostgresStore, testing::PostgresDatabase};
use stead_domain::{OrganizationId, ports::VectorStore};
use stead_testkit::{builders, contracts::vector_store::VectorStoreHarness};

use crate::stores::database;

struct Harness {
    store: Arc<dyn VectorStore>,
    _database: PostgresDatabase,
}

#[async_trait]
impl VectorStoreHarness for Harness {
    fn store(&self) -> Arc<dyn VectorStore> {
        Arc::clone(&self.store)
    }

    async fn organization(&self) -> OrganizationId {
        builders::id()
    }
}

async fn make() -> Harness {
    let database = database().await;
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    Harness { store: Arc::new(store.pgvectors().await.unwrap()), _database: database }
}

mod contract {
    use super::make;

    stead_testkit::vector_store_contract_tests!(
        #[ignore = "needs scripts/pgvector"]
        make
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs scripts/pgvector"]
async fn several_processes_may_make_it_at_once() {
    let database = database().await;
    let start = async || {
        let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
        store.pgvectors().await.unwrap();
    };
    tokio::join!(start(), start(), start());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_extension_is_missing_it_is_said_so() {
    let database = database().await;
    let store = PostgresStore::connect(database.url(), PostgresOptions::default()).await.unwrap();
    let client = database.client().await.unwrap();
    let has_it = client.query_opt("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'", &[]).await.unwrap();
    assert_eq!(store.pgvectors().await.is_ok(), has_it.is_some());
}
