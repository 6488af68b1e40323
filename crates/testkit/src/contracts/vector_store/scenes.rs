use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use stead_domain::{
    OrganizationId, UserId,
    ports::{
        VectorStore,
        vector_store::{VectorHit, VectorId, VectorPlace, VectorQuery, VectorRecord, VectorSource, VectorStoreError},
    },
};

use super::VectorStoreHarness;
use crate::builders::{at, id};

/// Who made the suite's vectors.
pub const MODEL: &str = "suite";
/// How long the suite waits for what a store has to show. A store has a minute; those that run the suite are quicker.
const PATIENCE: Duration = Duration::from_secs(20);

/// One organization in a store.
pub struct Scene {
    /// The store.
    pub store: Arc<dyn VectorStore>,
    /// The organization.
    pub organization: OrganizationId,
    /// The length of its vectors.
    pub dimension: usize,
}

impl Scene {
    /// A new organization in the harness's store.
    pub async fn new(harness: &impl VectorStoreHarness) -> Self {
        Self { store: harness.store(), organization: harness.organization().await, dimension: harness.dimension() }
    }

    /// Another organization in the same store.
    pub async fn other(&self, harness: &impl VectorStoreHarness) -> Self {
        Self { store: Arc::clone(&self.store), organization: harness.organization().await, ..*self }
    }

    /// A vector whose cosine to that of [`Scene::query`] is this.
    pub fn near(&self, cosine: f32) -> Vec<f32> {
        let mut values = vec![0.0; self.dimension];
        (values[0], values[1]) = (cosine, (1.0 - cosine * cosine).sqrt());
        values
    }

    /// A message in a place, as near as that.
    pub fn message(&self, place: VectorPlace, cosine: f32) -> VectorRecord {
        self.record(VectorId::message(id(), 0), place, cosine)
    }

    /// A file's summary in a place, as near as that.
    pub fn file(&self, place: VectorPlace, cosine: f32) -> VectorRecord {
        let record = self.record(VectorId::summary(id()), place, cosine);
        VectorRecord { file_name: Some("a \"plan\" – ü.pdf".to_owned()), ..record }
    }

    fn record(&self, id: VectorId, place: VectorPlace, cosine: f32) -> VectorRecord {
        VectorRecord {
            id,
            values: self.near(cosine),
            model: MODEL.to_owned(),
            places: vec![place],
            file_name: None,
            author: Some(author()),
            created_at: at(),
            version: 1,
        }
    }

    /// The suite's question, in these places.
    pub fn query(&self, places: &[VectorPlace]) -> VectorQuery {
        VectorQuery::new(self.near(1.0), MODEL, places.to_vec(), 100)
    }

    /// Stores them.
    pub async fn keep(&self, records: &[VectorRecord]) {
        self.store.upsert(self.organization, records.to_vec()).await.unwrap();
    }

    /// Waits until the query finds these, in this order.
    pub async fn finds(&self, query: &VectorQuery, ids: &[VectorId]) -> Vec<VectorHit> {
        let ask = || async {
            let hits = self.store.query(self.organization, query.clone()).await.unwrap();
            let found: Vec<VectorId> = hits.iter().map(|hit| hit.id).collect();
            if found == ids { Ok(hits) } else { Err(format!("found {found:?}, not {ids:?}")) }
        };
        eventually(ask).await
    }

    /// What the query finds now.
    pub async fn asked(&self, query: VectorQuery) -> Result<Vec<VectorHit>, VectorStoreError> {
        self.store.query(self.organization, query).await
    }

    /// The ids of all pages, in order.
    pub async fn listed(&self) -> Vec<VectorId> {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.list(self.organization, after.as_deref()).await.unwrap();
            ids.extend(page.ids);
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        ids.sort();
        ids
    }

    /// Waits until exactly these are listed.
    pub async fn lists(&self, mut ids: Vec<VectorId>) {
        ids.sort();
        let ask = || async {
            let listed = self.listed().await;
            if listed == ids { Ok(()) } else { Err(format!("listed {}, not {}", listed.len(), ids.len())) }
        };
        eventually(ask).await;
    }
}

/// A new channel.
pub fn channel() -> VectorPlace {
    VectorPlace::Channel(id())
}

/// A new thread.
pub fn thread() -> VectorPlace {
    VectorPlace::Thread(id())
}

/// A new user.
pub fn author() -> UserId {
    id()
}

/// The same source's chunk of that number.
pub fn chunk(record: &VectorRecord, chunk: u32) -> VectorRecord {
    VectorRecord { id: VectorId { source: record.id.source, chunk }, ..record.clone() }
}

/// The ids of records.
pub fn ids(records: &[VectorRecord]) -> Vec<VectorId> {
    records.iter().map(|record| record.id).collect()
}

/// The sources of records.
pub fn sources(records: &[VectorRecord]) -> Vec<VectorSource> {
    records.iter().map(|record| record.id.source).collect()
}

/// What a store may take its time for.
async fn eventually<T, F: Future<Output = Result<T, String>>>(mut ask: impl FnMut() -> F) -> T {
    let began = Instant::now();
    loop {
        match ask().await {
            Ok(reached) => return reached,
            Err(problem) => assert!(began.elapsed() < PATIENCE, "{problem}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
