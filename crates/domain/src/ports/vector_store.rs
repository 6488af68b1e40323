//! The port to the vector index.
//!
//! An index, never a source: a hit is an id and a version, and passes the read gate before anything of it is used.

mod error;
mod id;

use async_trait::async_trait;
pub use error::VectorStoreError;
pub use id::{VectorId, VectorSource};

use crate::{ConversationId, FileId, OrganizationId, Timestamp, UserId};

/// An index of vectors.
///
/// # Contract
/// - Vectors live in one namespace per organization; no call finds, lists or removes another's.
/// - Any number of vectors and ids is taken; the adapter makes batches of what its index allows. Where a call fails, some
///   of it may be done. Every call may be made again: twice is as once.
/// - It may be behind: what was written is found, and what was removed is gone, within a minute. Calls on one id take
///   effect in the order in which they were made, one after the other.
/// - It need not be honest: a hit may be stale, deleted, outside of what was asked, or of no meaning to anybody. An
///   adapter leaves out what it can see to be wrong; nobody relies on that.
/// - It always ends: the adapter has time-outs.
#[async_trait]
pub trait VectorStore: Send + Sync + 'static {
    /// The length that every vector must have; `None` where vectors of any length are taken.
    ///
    /// # Errors
    /// As [`VectorStoreError`] says, but for [`VectorStoreError::Dimension`].
    async fn dimension(&self) -> Result<Option<usize>, VectorStoreError>;

    /// Stores vectors, each in the place of what has its id. If an id is given twice, the last one counts. A vector of
    /// nothing but zeros has no direction and cannot be near to anything: it is not kept, and what had its id is removed.
    ///
    /// # Errors
    /// [`VectorStoreError::Dimension`] if one has another length than the index; [`VectorStoreError::Rejected`] if one is
    /// not finite or is in more than [`VectorRecord::MAX_PLACES`] places: none of them is then stored. Else as
    /// [`VectorStoreError`] says.
    async fn upsert(&self, organization: OrganizationId, vectors: Vec<VectorRecord>) -> Result<(), VectorStoreError>;

    /// Removes these vectors; those that are not there are no error.
    ///
    /// # Errors
    /// As [`VectorStoreError`] says.
    async fn delete(&self, organization: OrganizationId, ids: &[VectorId]) -> Result<(), VectorStoreError>;

    /// Removes the vectors of these sources whose chunk is `from_chunk` or a later one: all of them from 0, what is left of
    /// a longer text before it was edited from the number of its chunks now.
    ///
    /// # Errors
    /// As [`VectorStoreError`] says.
    async fn delete_sources(
        &self,
        organization: OrganizationId,
        sources: &[VectorSource],
        from_chunk: u32,
    ) -> Result<(), VectorStoreError>;

    /// Removes all of the organization's vectors.
    ///
    /// # Errors
    /// As [`VectorStoreError`] says.
    async fn delete_organization(&self, organization: OrganizationId) -> Result<(), VectorStoreError>;

    /// The nearest vectors by cosine among those that fit all of the query, nearest first, each once. Any number of places
    /// may be named: where an index takes only so many, the adapter asks several times and joins the answers. A query
    /// without a place, with an empty list of files, with a limit of 0, or with a vector of nothing but zeros gives nothing
    /// and asks nobody.
    ///
    /// # Errors
    /// [`VectorStoreError::Dimension`]; [`VectorStoreError::Rejected`] if the vector is not finite. Else as
    /// [`VectorStoreError`] says.
    async fn query(&self, organization: OrganizationId, query: VectorQuery)
    -> Result<Vec<VectorHit>, VectorStoreError>;

    /// The ids of the organization's vectors, a page at a time, in no promised order: from the start, or from where a page
    /// says that the next one begins. What stands while the pages are read is in exactly one of them. A page may be empty
    /// and yet have a next one.
    ///
    /// # Errors
    /// [`VectorStoreError::Rejected`] for an `after` that no page gave. Else as [`VectorStoreError`] says.
    async fn list(&self, organization: OrganizationId, after: Option<&str>) -> Result<VectorPage, VectorStoreError>;
}

/// A vector and what it is filtered by.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorRecord {
    /// What it stands for.
    pub id: VectorId,
    /// The vector. Need not be of length one.
    pub values: Vec<f32>,
    /// The model that made it, as [`Embedder::model`](super::Embedder::model) names it.
    pub model: String,
    /// Where the source was said; of a file, every conversation that it is attached in. It is stored anew when that
    /// changes. A file in more than [`VectorRecord::MAX_PLACES`] keeps the newest: it is then not found by the others.
    /// Without any it is found by no query.
    pub places: Vec<VectorPlace>,
    /// Of a file, what it is called.
    pub file_name: Option<String>,
    /// The user who wrote or uploaded it.
    pub author: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// The source's version that was embedded.
    pub version: i64,
}

impl VectorRecord {
    /// The most places of one vector.
    pub const MAX_PLACES: usize = 500;

    /// Whether a store may take it, whatever it is made of.
    ///
    /// # Errors
    /// [`VectorStoreError::Rejected`] if it is in too many places, or not finite.
    pub fn check(&self) -> Result<(), VectorStoreError> {
        if self.places.len() > Self::MAX_PLACES {
            return Err(VectorStoreError::rejected("a vector is in too many places"));
        }
        finite(&self.values)
    }
}

/// Whether all parts of a vector are numbers.
///
/// # Errors
/// [`VectorStoreError::Rejected`].
pub fn finite(values: &[f32]) -> Result<(), VectorStoreError> {
    if values.iter().all(|value| value.is_finite()) {
        Ok(())
    } else {
        Err(VectorStoreError::rejected("a vector is not finite"))
    }
}

/// A conversation in which a source can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VectorPlace {
    /// A channel of any kind.
    Channel(ConversationId),
    /// A thread with an agent.
    Thread(ConversationId),
}

impl VectorPlace {
    /// The conversation.
    pub fn conversation_id(self) -> ConversationId {
        match self {
            Self::Channel(id) | Self::Thread(id) => id,
        }
    }
}

/// What kind of source is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VectorKind {
    /// Messages alone.
    Message,
    /// Files alone.
    File,
}

/// A question to the index. What fits must fit all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorQuery {
    /// The vector to be near to.
    pub values: Vec<f32>,
    /// Only vectors that this model made: others cannot be compared. Vectors of another length do not fit either.
    pub model: String,
    /// Only sources that are in one of these places: what every reader of the answer may see.
    pub places: Vec<VectorPlace>,
    /// Only this kind of source.
    pub kind: Option<VectorKind>,
    /// Only sources by this author.
    pub author: Option<UserId>,
    /// Only these files, and no message.
    pub files: Option<Vec<FileId>>,
    /// Only sources made then or later.
    pub since: Option<Timestamp>,
    /// Only sources made before.
    pub before: Option<Timestamp>,
    /// At most so many hits. More than [`VectorQuery::MAX_LIMIT`] is as that.
    pub limit: u32,
}

impl VectorQuery {
    /// The most hits of one query.
    pub const MAX_LIMIT: u32 = 1_000;

    /// All that is near in these places, as many as `limit`.
    pub fn new(values: Vec<f32>, model: impl Into<String>, places: Vec<VectorPlace>, limit: u32) -> Self {
        Self {
            values,
            model: model.into(),
            places,
            kind: None,
            author: None,
            files: None,
            since: None,
            before: None,
            limit,
        }
    }

    /// Whether nothing can fit, so that nobody needs to be asked.
    pub fn is_void(&self) -> bool {
        self.limit == 0
            || self.places.is_empty()
            || self.files.as_ref().is_some_and(Vec::is_empty)
            || self.values.iter().all(|value| *value == 0.0)
    }
}

/// A hit: an id to be checked, never text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VectorHit {
    /// What it stands for.
    pub id: VectorId,
    /// The version that was embedded.
    pub version: i64,
    /// How near: the cosine, 1 being the same direction. Finite.
    pub score: f32,
}

/// Some of the ids of an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VectorPage {
    /// The ids.
    pub ids: Vec<VectorId>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<String>,
}
