use async_trait::async_trait;

use super::StoreError;
use crate::{
    ConversationId, FileId, MessageId, OrganizationId, Timestamp,
    file::File,
    message::{Author, MessageStatus},
    ports::vector_store::{VectorPlace, VectorSource},
};

/// What an index is made from: texts as they are now, whoever may read them, never for an answer to anybody.
///
/// Nothing deleted is given: no message that is deleted, or in a conversation or organization that is, or older than its
/// organization keeps it; no file of a deleted organization.
#[async_trait]
pub trait IndexQueries: Send + Sync + 'static {
    /// Those of these messages that are there, by id. Up to 1,000 are asked for.
    async fn messages_to_index(&self, ids: &[MessageId]) -> Result<Vec<MessageToIndex>, StoreError>;

    /// For each of these messages up to `count` that came right before it in its conversation (in a thread: on the active
    /// branch), oldest first. Up to 1,000 messages are asked for.
    async fn said_before(
        &self,
        ids: &[MessageId],
        count: u32,
    ) -> Result<Vec<(MessageId, Vec<MessageToIndex>)>, StoreError>;

    /// Those of these files that are there, by id, with the conversations in which they can be found: those that are not
    /// deleted, in which a message that is not deleted has it, or the thread itself; the newest conversations first, at most
    /// [`MAX_PLACES`](crate::ports::vector_store::VectorRecord::MAX_PLACES). Up to 1,000 are asked for.
    async fn files_to_index(&self, ids: &[FileId]) -> Result<Vec<FileToIndex>, StoreError>;

    /// What was noted of these sources. Up to 1,000 are asked for.
    async fn find_embedded(&self, sources: &[VectorSource]) -> Result<Vec<EmbeddedSource>, StoreError>;

    /// What was noted of sources after this one, of an organization or of all, in the order of their ids: up to `limit`.
    async fn list_embedded(
        &self,
        organization: Option<OrganizationId>,
        after: Option<VectorSource>,
        limit: u32,
    ) -> Result<Vec<EmbeddedSource>, StoreError>;

    /// Up to `limit` messages of a conversation, deleted or not, of which something is noted: the oldest, by id.
    async fn list_embedded_of(
        &self,
        conversation: ConversationId,
        limit: u32,
    ) -> Result<Vec<EmbeddedSource>, StoreError>;

    /// Notes what was given to the index of vectors, in place of what was noted of the same sources.
    async fn note_embedded(&self, embedded: Vec<EmbeddedSource>) -> Result<(), StoreError>;

    /// Forgets what was noted of these sources.
    async fn forget_embedded(&self, sources: &[VectorSource]) -> Result<(), StoreError>;

    /// The organizations that are not deleted, by id, after this one: up to `limit`.
    async fn walk_organizations(
        &self,
        after: Option<OrganizationId>,
        limit: u32,
    ) -> Result<Vec<OrganizationId>, StoreError>;
}

/// A message as an index takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageToIndex {
    /// The message.
    pub id: MessageId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Where it was said.
    pub place: VectorPlace,
    /// What that is called: a channel's name, a thread's title.
    pub place_name: Option<String>,
    /// Who said it.
    pub author: Author,
    /// What they are called.
    pub author_name: Option<String>,
    /// The text.
    pub content: String,
    /// The message it replies to.
    pub reply_to_id: Option<MessageId>,
    /// How far it is.
    pub status: MessageStatus,
    /// Its version.
    pub version: i64,
    /// When it was sent.
    pub created_at: Timestamp,
    /// The files that came with it.
    pub files: Vec<FileId>,
}

/// A file as an index takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct FileToIndex {
    /// The file.
    pub file: File,
    /// Where it can be found, newest first.
    pub places: Vec<VectorPlace>,
}

/// What was given to the index of vectors of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedSource {
    /// The source.
    pub source: VectorSource,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Of a message: where it was said.
    pub conversation_id: Option<ConversationId>,
    /// The version that was embedded.
    pub version: i64,
    /// In how many parts, or up to which number of a part.
    pub chunks: u32,
    /// By which model.
    pub model: String,
    /// What else it depends on, in short: other places, another digest.
    pub digest: i64,
    /// When.
    pub at: Timestamp,
}
