//! What the port promises, also where the index is a little behind.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use stead_adapter_pinecone::PineconeVectorStore;
use stead_domain::{OrganizationId, ports::VectorStore};
use stead_testkit::contracts::vector_store::VectorStoreHarness;

use crate::setup::{DIMENSION, PineconeServer, config, id};

struct Pinecone {
    server: PineconeServer,
    store: Arc<PineconeVectorStore>,
}

#[async_trait]
impl VectorStoreHarness for Pinecone {
    fn store(&self) -> Arc<dyn VectorStore> {
        Arc::clone(&self.store) as Arc<dyn VectorStore>
    }

    async fn organization(&self) -> OrganizationId {
        id()
    }

    fn dimension(&self) -> usize {
        DIMENSION
    }
}

impl Drop for Pinecone {
    /// Nothing that Pinecone refuses was ever asked, but for what only it can know.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let known = ["Namespace not found", "the pagination token is none"];
            let refusals = self.server.refusals();
            assert!(refusals.iter().all(|why| known.contains(&why.as_str())), "{refusals:?}");
        }
    }
}

async fn make() -> Pinecone {
    let server = PineconeServer::start(DIMENSION).await;
    Pinecone { store: Arc::new(PineconeVectorStore::new(config(&server)).unwrap()), server }
}

async fn make_lagging() -> Pinecone {
    let pinecone = make().await;
    pinecone.server.lag_for(Duration::from_millis(20));
    pinecone
}

mod at_once {
    use super::make;

    stead_testkit::vector_store_contract_tests!(make);
}

mod behind {
    use super::make_lagging;

    stead_testkit::vector_store_contract_tests!(make_lagging);
}
