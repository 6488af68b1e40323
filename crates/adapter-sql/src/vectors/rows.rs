//! What the index needs of a database.

use async_trait::async_trait;
use stead_domain::{
    ConversationId, OrganizationId, Timestamp, UserId,
    ports::{
        store::StoreError,
        vector_store::{VectorId, VectorPage, VectorSource},
    },
};

/// A vector to be stored: where its places are other ones than before, those before go.
#[derive(Debug, Clone)]
pub struct NewVector {
    pub id: VectorId,
    /// `None`: what has its id is removed.
    pub values: Option<Vec<f32>>,
    pub model: String,
    pub conversations: Vec<ConversationId>,
    pub author: Option<UserId>,
    pub created_at: Timestamp,
    pub version: i64,
}

/// A vector of a conversation.
#[derive(Debug, Clone)]
pub struct VectorRow {
    pub id: VectorId,
    pub values: Vec<f32>,
    pub model: String,
    pub author: Option<UserId>,
    pub created_at: Timestamp,
    pub version: i64,
    pub changed: i64,
}

/// How often the vectors of a conversation changed, and how often some of them went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceState {
    pub conversation: ConversationId,
    pub changes: i64,
    pub removals: i64,
}

/// The statements of the index.
#[async_trait]
pub trait VectorRows: Send + Sync + 'static {
    /// Stores vectors in one transaction, each id once.
    async fn put(&self, organization: OrganizationId, vectors: Vec<NewVector>) -> Result<(), StoreError>;

    /// Removes vectors in one transaction.
    async fn remove(&self, organization: OrganizationId, ids: Vec<VectorId>) -> Result<(), StoreError>;

    /// Removes the chunks of sources from this one on, in one transaction.
    async fn remove_sources(
        &self,
        organization: OrganizationId,
        sources: Vec<VectorSource>,
        from_chunk: u32,
    ) -> Result<(), StoreError>;

    /// Removes some of the organization's vectors; answers whether there may be more.
    async fn remove_some(&self, organization: OrganizationId) -> Result<bool, StoreError>;

    /// The states of those of these conversations that ever had vectors.
    async fn states(
        &self,
        organization: OrganizationId,
        conversations: Vec<ConversationId>,
    ) -> Result<Vec<PlaceState>, StoreError>;

    /// Vectors of a conversation that were written by a later change than this, in order, after a row: up to `limit`.
    async fn load(
        &self,
        organization: OrganizationId,
        conversation: ConversationId,
        since: i64,
        after: Option<(i64, VectorId)>,
        limit: u32,
    ) -> Result<Vec<VectorRow>, StoreError>;

    /// A page of ids.
    async fn list_ids(&self, organization: OrganizationId, after: Option<VectorId>) -> Result<VectorPage, StoreError>;
}
