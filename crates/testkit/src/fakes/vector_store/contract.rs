//! What the port promises, also where the store is a little behind.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use stead_domain::{OrganizationId, ports::VectorStore};

use super::FakeVectorStore;
use crate::{builders::id, contracts::vector_store::VectorStoreHarness};

struct Fake(FakeVectorStore);

#[async_trait]
impl VectorStoreHarness for Fake {
    fn store(&self) -> Arc<dyn VectorStore> {
        Arc::new(self.0.clone())
    }

    async fn organization(&self) -> OrganizationId {
        id()
    }
}

async fn make() -> Fake {
    Fake(FakeVectorStore::new())
}

async fn make_lagging() -> Fake {
    let store = FakeVectorStore::new();
    store.lag_for(Duration::from_millis(20));
    Fake(store)
}

mod at_once {
    use super::make;

    crate::vector_store_contract_tests!(make);
}

mod behind {
    use super::make_lagging;

    crate::vector_store_contract_tests!(make_lagging);
}
