//! A vector index in memory that is behind, lies or fails when it is told to.

#[cfg(test)]
mod contract;
mod memory;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use stead_domain::{
    OrganizationId,
    ports::{
        VectorStore,
        vector_store::{
            VectorHit, VectorId, VectorPage, VectorQuery, VectorRecord, VectorSource, VectorStoreError, finite,
        },
    },
};

use self::memory::{Memory, Write};
use crate::{gate::Gate, lagging::Lagging};

/// How many ids a page has.
const PAGE: usize = 100;

/// Vectors in memory. Clones are the same store.
#[derive(Debug, Clone, Default)]
pub struct FakeVectorStore(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    vectors: Lagging<Memory>,
    fault: Option<VectorFault>,
    lies: Vec<VectorLie>,
    queries: Vec<(OrganizationId, VectorQuery)>,
}

/// What is wrong with the store, until it is mended.
#[derive(Debug, Clone)]
pub enum VectorFault {
    /// Every call fails at once; trying later would help.
    Down,
    /// Every call fails at once; trying later would not help.
    Unauthorized,
    /// Writes fail, queries do not.
    TakesNothing,
    /// Every call waits here, and goes on as usual when the gate is opened.
    Hangs(Gate),
}

/// What a query is told that is not so.
#[derive(Debug, Clone)]
pub enum VectorLie {
    /// All of the organization's vectors, whatever was asked for.
    IgnoresTheFilter,
    /// The vectors of all organizations.
    IgnoresTheOrganization,
    /// What was deleted too, in every version that there ever was.
    KeepsWhatWasDeleted,
    /// These hits before all others.
    Adds(Vec<VectorHit>),
}

impl FakeVectorStore {
    /// An empty one, which takes vectors of any length.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on this is wrong.
    pub fn break_with(&self, fault: VectorFault) {
        self.state().fault = Some(fault);
    }

    /// Nothing is wrong any more, nothing is a lie, and everything is shown.
    pub fn mend(&self) {
        let mut state = self.state();
        (state.fault, state.lies) = (None, Vec::new());
        state.vectors.lag_for(Duration::ZERO);
    }

    /// As if nothing had ever been stored, or asked for.
    pub fn forget(&self) {
        *self.state() = State::default();
    }

    /// From now on these are lies.
    pub fn lie(&self, lies: impl IntoIterator<Item = VectorLie>) {
        self.state().lies = lies.into_iter().collect();
    }

    /// Shows what is written so much later.
    pub fn lag_for(&self, lag: Duration) {
        self.state().vectors.lag_for(lag);
    }

    /// Shows what is there now, whatever is written, until [`FakeVectorStore::mend`] or [`FakeVectorStore::lag_for`].
    pub fn freeze(&self) {
        self.state().vectors.freeze();
    }

    /// What was stored for an organization and not deleted since, shown or not, by id.
    pub fn kept(&self, organization: OrganizationId) -> Vec<VectorRecord> {
        self.state().vectors.truth().of(organization).cloned().collect()
    }

    /// The queries so far, but for those that asked nobody.
    pub fn queries(&self) -> Vec<(OrganizationId, VectorQuery)> {
        self.state().queries.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panicked")
    }

    /// Fails or waits, if that is what is wrong.
    async fn enter(&self, writes: bool) -> Result<(), VectorStoreError> {
        let fault = self.state().fault.clone();
        match fault {
            Some(VectorFault::TakesNothing) if !writes => Ok(()),
            Some(VectorFault::Down | VectorFault::TakesNothing) => {
                Err(VectorStoreError::unavailable("the fake is down"))
            }
            Some(VectorFault::Unauthorized) => {
                Err(VectorStoreError::Unauthorized { detail: "the fake knows nobody".to_owned() })
            }
            Some(VectorFault::Hangs(gate)) => {
                gate.pass().await;
                Ok(())
            }
            None => Ok(()),
        }
    }

    async fn write(&self, write: Write) -> Result<(), VectorStoreError> {
        self.enter(true).await?;
        self.state().vectors.write(write);
        Ok(())
    }
}

#[async_trait]
impl VectorStore for FakeVectorStore {
    async fn dimension(&self) -> Result<Option<usize>, VectorStoreError> {
        self.enter(false).await?;
        Ok(None)
    }

    async fn upsert(&self, organization: OrganizationId, vectors: Vec<VectorRecord>) -> Result<(), VectorStoreError> {
        vectors.iter().try_for_each(VectorRecord::check)?;
        self.write(Write::Upsert(organization, vectors)).await
    }

    async fn delete(&self, organization: OrganizationId, ids: &[VectorId]) -> Result<(), VectorStoreError> {
        self.write(Write::Delete(organization, ids.to_vec())).await
    }

    async fn delete_sources(
        &self,
        organization: OrganizationId,
        sources: &[VectorSource],
        from_chunk: u32,
    ) -> Result<(), VectorStoreError> {
        self.write(Write::DeleteSources(organization, sources.to_vec(), from_chunk)).await
    }

    async fn delete_organization(&self, organization: OrganizationId) -> Result<(), VectorStoreError> {
        self.write(Write::DeleteOrganization(organization)).await
    }

    async fn query(
        &self,
        organization: OrganizationId,
        query: VectorQuery,
    ) -> Result<Vec<VectorHit>, VectorStoreError> {
        if query.is_void() {
            return Ok(Vec::new());
        }
        self.enter(false).await?;
        finite(&query.values)?;
        let mut state = self.state();
        state.queries.push((organization, query.clone()));
        let lies = state.lies.clone();
        Ok(state.vectors.shown().nearest(organization, &query, &lies))
    }

    async fn list(&self, organization: OrganizationId, after: Option<&str>) -> Result<VectorPage, VectorStoreError> {
        self.enter(false).await?;
        let unknown = || VectorStoreError::rejected("no page gave that place");
        let after = after.map(|text| VectorId::parse(organization, text).ok_or_else(unknown)).transpose()?;
        let mut state = self.state();
        let ids = state.vectors.shown().of(organization).map(|record| record.id);
        let mut ids: Vec<VectorId> = ids.filter(|id| after.is_none_or(|after| *id > after)).take(PAGE + 1).collect();
        let has_more = ids.len() > PAGE;
        ids.truncate(PAGE);
        let next = ids.last().filter(|_| has_more).map(|last| last.to_text(organization));
        Ok(VectorPage { ids, next })
    }
}
