//! The port to the vector index. **Provisional** until its first adapter.
//!
//! An index, never a source: a hit is an id and a version, and passes the read gate before anything of it is used.

use async_trait::async_trait;
use uuid::Uuid;

use crate::{ConversationId, OrganizationId, Timestamp, UserId};

/// An index of vectors.
///
/// # Contract
/// - Vectors live in one namespace per organization; no call sees another's.
/// - It may be stale: what was written is found within a minute, what was deleted may be found for as long.
/// - A `query` without a conversation gives nothing and asks nobody.
#[async_trait]
pub trait VectorStore: Send + Sync + 'static {
    /// Stores up to 100 vectors, replacing those of the same id.
    ///
    /// # Errors
    /// [`VectorStoreError::Dimension`] if one has another length than the index (none is then stored);
    /// [`VectorStoreError::Unavailable`].
    async fn upsert(&self, organization: OrganizationId, vectors: Vec<VectorRecord>) -> Result<(), VectorStoreError>;

    /// Removes up to 1,000 vectors; those that are not there are no error.
    ///
    /// # Errors
    /// [`VectorStoreError::Unavailable`].
    async fn delete(&self, organization: OrganizationId, ids: &[String]) -> Result<(), VectorStoreError>;

    /// The nearest vectors by cosine, nearest first.
    ///
    /// # Errors
    /// [`VectorStoreError::Dimension`], [`VectorStoreError::Unavailable`].
    async fn query(&self, organization: OrganizationId, query: VectorQuery)
    -> Result<Vec<VectorHit>, VectorStoreError>;
}

/// A vector and what it is filtered by.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorRecord {
    /// Deterministic: the same source and passage give the same id.
    pub id: String,
    /// The vector.
    pub values: Vec<f32>,
    /// Where the source was said or shared.
    pub conversation_id: ConversationId,
    /// What the source is.
    pub source: VectorSource,
    /// Who wrote or shared it.
    pub author: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// The source's version that was embedded.
    pub version: i64,
}

/// What a vector stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VectorSource {
    /// A message.
    Message(crate::MessageId),
    /// A passage of a file, or its summary.
    File {
        /// The file.
        file_id: Uuid,
        /// Its name.
        file_name: String,
    },
}

/// A question to the index.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorQuery {
    /// The vector to be near to.
    pub values: Vec<f32>,
    /// Only sources in these conversations.
    pub conversations: Vec<ConversationId>,
    /// Only sources by this author.
    pub author: Option<UserId>,
    /// Only these files.
    pub files: Option<Vec<Uuid>>,
    /// At most so many hits, 1 to 100.
    pub limit: u32,
}

/// A hit: an id to be checked, never text.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorHit {
    /// What it stands for.
    pub source: VectorSource,
    /// The version that was embedded.
    pub version: i64,
    /// How near, 1 being the same direction.
    pub score: f32,
}

/// A vector index failed.
#[derive(Debug, thiserror::Error)]
pub enum VectorStoreError {
    /// A vector has another length than the index.
    #[error("the vector has {given} dimensions, the index {expected}")]
    Dimension {
        /// What was given.
        given: usize,
        /// What the index has.
        expected: usize,
    },
    /// The index cannot be used now; trying later may help.
    #[error("the vector index is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl VectorStoreError {
    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Dimension { .. } => false,
        }
    }
}
