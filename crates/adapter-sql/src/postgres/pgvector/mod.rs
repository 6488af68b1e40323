//! The index of vectors in Postgres with the extension pgvector: a table of its own, made when it is opened.
//!
//! Every query compares all vectors of the conversations it names, in the database: exact. An approximate index (HNSW) finds
//! the nearest of all first and leaves out what is elsewhere then, so that somebody in few of many channels would find next
//! to nothing; the index by conversation makes that superfluous.

mod query;
mod tables;
mod writes;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt;
use stead_domain::{
    OrganizationId,
    ports::{
        VectorStore,
        store::StoreError,
        vector_store::{
            VectorHit, VectorId, VectorPage, VectorQuery, VectorRecord, VectorSource, VectorStoreError, finite,
        },
    },
};

use super::PostgresStore;
use crate::{open::OpenError, types::DbId};

/// How many vectors a transaction writes, and how many ids or sources one removes.
const WRITES: usize = 100;
const REMOVALS: usize = 500;

/// [`VectorStore`] in Postgres with pgvector.
#[derive(Debug, Clone)]
pub struct PgVectors {
    store: PostgresStore,
}

impl PostgresStore {
    /// The index of vectors by pgvector in this database, made where there is none.
    ///
    /// # Errors
    /// [`OpenError::Prepare`] if the server does not have the extension, or does not let this user make what is needed.
    pub async fn pgvectors(&self) -> Result<PgVectors, OpenError> {
        let made = self.executor.write(|conn| tables::make(conn).boxed()).await;
        made.map_err(|error| OpenError::Prepare(error.into()))?;
        Ok(PgVectors { store: self.clone() })
    }
}

#[async_trait]
impl VectorStore for PgVectors {
    async fn dimension(&self) -> Result<Option<usize>, VectorStoreError> {
        Ok(None)
    }

    async fn upsert(&self, organization: OrganizationId, vectors: Vec<VectorRecord>) -> Result<(), VectorStoreError> {
        vectors.iter().try_for_each(VectorRecord::check)?;
        for some in vectors.chunks(WRITES) {
            let some: Arc<[VectorRecord]> = some.into();
            let put = self.store.executor.write(move |conn| writes::put(conn, organization, Arc::clone(&some)).boxed());
            put.await.map_err(unavailable)?;
        }
        Ok(())
    }

    async fn delete(&self, organization: OrganizationId, ids: &[VectorId]) -> Result<(), VectorStoreError> {
        for some in ids.chunks(REMOVALS) {
            let some: Arc<[VectorId]> = some.into();
            let remove =
                self.store.executor.write(move |conn| writes::remove(conn, organization, Arc::clone(&some)).boxed());
            remove.await.map_err(unavailable)?;
        }
        Ok(())
    }

    async fn delete_sources(
        &self,
        organization: OrganizationId,
        sources: &[VectorSource],
        from_chunk: u32,
    ) -> Result<(), VectorStoreError> {
        for some in sources.chunks(REMOVALS) {
            let some: Arc<[VectorSource]> = some.into();
            let remove = self
                .store
                .executor
                .write(move |conn| writes::remove_sources(conn, organization, Arc::clone(&some), from_chunk).boxed());
            remove.await.map_err(unavailable)?;
        }
        Ok(())
    }

    async fn delete_organization(&self, organization: OrganizationId) -> Result<(), VectorStoreError> {
        let id = DbId::from(organization);
        while self.store.executor.write(move |conn| writes::remove_some(conn, id).boxed()).await.map_err(unavailable)? {
        }
        Ok(())
    }

    async fn query(
        &self,
        organization: OrganizationId,
        query: VectorQuery,
    ) -> Result<Vec<VectorHit>, VectorStoreError> {
        finite(&query.values)?;
        if query.is_void() {
            return Ok(Vec::new());
        }
        self.store
            .executor
            .read(move |conn| query::nearest(conn, organization, query).boxed())
            .await
            .map_err(unavailable)
    }

    async fn list(&self, organization: OrganizationId, after: Option<&str>) -> Result<VectorPage, VectorStoreError> {
        let after = after.map(|after| {
            VectorId::parse(organization, after).ok_or_else(|| VectorStoreError::rejected("no page begins there"))
        });
        let after = after.transpose()?;
        self.store.executor.read(move |conn| query::list(conn, organization, after).boxed()).await.map_err(unavailable)
    }
}

/// Whatever a database says here, the same may succeed later.
fn unavailable(error: StoreError) -> VectorStoreError {
    VectorStoreError::unavailable(error)
}
