//! The port's implementation.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use stead_domain::{
    OrganizationId,
    ports::{
        VectorStore,
        vector_store::{VectorHit, VectorId, VectorPage, VectorQuery, VectorRecord, VectorSource, VectorStoreError},
    },
};

use crate::{
    client::{Client, Patience},
    config::{ConfigError, PineconeConfig},
    failure::Failure,
    filter::Filter,
    query,
    upsert::{Upsert, checked},
    wire::{DELETE, DeleteRequest, Deleted, LIST, ListAnswer, Nothing, STATS, StatsAnswer, UPSERT},
};

/// How many ids one request deletes: Pinecone takes as many. Of sources named in a filter it would take more.
const MAX_IDS: usize = 1_000;

/// The vectors of a Pinecone index. Knows its dimension once it was asked.
#[derive(Debug)]
pub struct PineconeVectorStore {
    client: Client,
    dimension: Mutex<Option<usize>>,
}

impl PineconeVectorStore {
    /// A client of the index; it connects when it is asked.
    ///
    /// # Errors
    /// The key cannot be sent, or TLS cannot be set up.
    pub fn new(config: PineconeConfig) -> Result<Self, ConfigError> {
        Ok(Self { client: Client::new(config)?, dimension: Mutex::new(None) })
    }

    async fn dimension_within(&self, patience: Patience) -> Result<usize, VectorStoreError> {
        if let Some(known) = *self.known() {
            return Ok(known);
        }
        let asked = self.client.post::<StatsAnswer>(STATS, &serde_json::json!({}), patience).await;
        let stats = asked.map_err(Failure::into_error)?;
        let unfit = |detail: String| VectorStoreError::Unauthorized { detail };
        if let Some(metric) = stats.metric.filter(|metric| metric != "cosine") {
            let metric: String = metric.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
            return Err(unfit(format!("it measures by {metric}, not by cosine")));
        }
        let dimension = stats.dimension.ok_or_else(|| unfit("it has no dense vectors".to_owned()))?;
        *self.known() = Some(dimension);
        Ok(dimension)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<usize>> {
        self.dimension.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the index refuses what it should take, it may be another one now.
    fn doubt<T>(&self, result: Result<T, VectorStoreError>) -> Result<T, VectorStoreError> {
        if let Err(VectorStoreError::Rejected { .. }) = result {
            *self.known() = None;
        }
        result
    }

    async fn send(&self, upsert: Upsert) -> Result<(), VectorStoreError> {
        for body in upsert.bodies {
            let sent = self.client.post_bytes::<Nothing>(UPSERT, body, self.client.unhurried()).await;
            sent.map_err(Failure::into_error)?;
        }
        Ok(())
    }

    async fn remove(&self, namespace: &str, what: Deleted) -> Result<(), VectorStoreError> {
        let request = DeleteRequest { namespace, what };
        match self.client.post::<Nothing>(DELETE, &request, self.client.unhurried()).await {
            // What was never there is gone.
            Ok(Nothing {}) | Err(Failure::NoNamespace) => Ok(()),
            Err(failure) => Err(failure.into_error()),
        }
    }
}

#[async_trait]
impl VectorStore for PineconeVectorStore {
    async fn dimension(&self) -> Result<Option<usize>, VectorStoreError> {
        self.dimension_within(self.client.unhurried()).await.map(Some)
    }

    async fn upsert(&self, organization: OrganizationId, vectors: Vec<VectorRecord>) -> Result<(), VectorStoreError> {
        if vectors.is_empty() {
            return Ok(());
        }
        let dimension = self.dimension_within(self.client.unhurried()).await?;
        let upsert = Upsert::new(organization, vectors, dimension)?;
        self.delete(organization, &upsert.void).await?;
        self.doubt(self.send(upsert).await)
    }

    async fn delete(&self, organization: OrganizationId, ids: &[VectorId]) -> Result<(), VectorStoreError> {
        let namespace = organization.to_string();
        for batch in ids.chunks(MAX_IDS) {
            let batch = batch.iter().map(|id| id.to_text(organization)).collect();
            self.remove(&namespace, Deleted::Ids(batch)).await?;
        }
        Ok(())
    }

    async fn delete_sources(
        &self,
        organization: OrganizationId,
        sources: &[VectorSource],
        from_chunk: u32,
    ) -> Result<(), VectorStoreError> {
        let namespace = organization.to_string();
        let (mut messages, mut files) = (Vec::new(), Vec::new());
        for source in sources {
            match source {
                VectorSource::Message(id) => messages.push(id.to_string()),
                VectorSource::File(id) => files.push(id.to_string()),
            }
        }
        for (field, ids) in [("message_id", messages), ("file_id", files)] {
            for batch in ids.chunks(MAX_IDS) {
                let filter = Filter::sources(field, batch, from_chunk);
                self.remove(&namespace, Deleted::Filter(filter)).await?;
            }
        }
        Ok(())
    }

    async fn delete_organization(&self, organization: OrganizationId) -> Result<(), VectorStoreError> {
        self.remove(&organization.to_string(), Deleted::DeleteAll(true)).await
    }

    async fn query(
        &self,
        organization: OrganizationId,
        query: VectorQuery,
    ) -> Result<Vec<VectorHit>, VectorStoreError> {
        if query.is_void() {
            return Ok(Vec::new());
        }
        let patience = self.client.hurried();
        checked(&query.values, self.dimension_within(patience).await?)?;
        self.doubt(query::query(&self.client, organization, &query, patience).await)
    }

    async fn list(&self, organization: OrganizationId, after: Option<&str>) -> Result<VectorPage, VectorStoreError> {
        if after.is_some_and(str::is_empty) {
            return Err(VectorStoreError::rejected("no page gave that place"));
        }
        let namespace = organization.to_string();
        let mut parameters = vec![("namespace", namespace.as_str()), ("limit", "100")];
        parameters.extend(after.map(|after| ("paginationToken", after)));
        let listed: ListAnswer = match self.client.get(LIST, &parameters, self.client.unhurried()).await {
            Ok(listed) => listed,
            Err(Failure::NoNamespace) => return Ok(VectorPage::default()),
            Err(failure) => return Err(failure.into_error()),
        };
        let ids = listed.vectors.iter().filter_map(|vector| VectorId::parse(organization, &vector.id)).collect();
        let next = listed.pagination.and_then(|pagination| pagination.next).filter(|next| !next.is_empty());
        Ok(VectorPage { ids, next })
    }
}
