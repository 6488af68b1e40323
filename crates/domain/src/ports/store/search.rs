use async_trait::async_trait;

use super::StoreError;
use crate::{
    ConversationId, FileId, MessageId, OrganizationId, Timestamp, UserId,
    ports::read_gate::{FileCandidate, MessageCandidate, PassageCandidate},
    search::SearchQuery,
};

/// The index of words. It holds words and no texts, and answers ids: what they say passes the
/// [`ReadGate`](crate::ports::ReadGate).
///
/// Files are indexed by what changes them, in the same commit. Messages are not: whoever follows the event log names those
/// of which something happened.
#[async_trait]
pub trait SearchQueries: Send + Sync + 'static {
    /// Puts these messages in the index as they are now, and takes those out that are not there, deleted, or still being
    /// written. What the index has as it should be is left as it is, unless it is to be made `anew`. Up to 1,000 at a time.
    async fn index_messages(&self, messages: &[MessageId], anew: bool) -> Result<(), StoreError>;

    /// The same for what is known of these files and what they say, always anew. Up to 100 at a time.
    async fn index_files(&self, files: &[FileId]) -> Result<(), StoreError>;

    /// Up to `limit` messages that the index has, whether it should or not, of an organization or of all, after a place in it;
    /// and the place of the last of them.
    async fn indexed_messages(
        &self,
        organization: Option<OrganizationId>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<(Vec<MessageId>, Option<i64>), StoreError>;

    /// Messages that the user may read and that have what is asked for, newest first, or the best first. Those of the
    /// branches of a thread that are not shown are left out. Of two in the same millisecond either is first, always the
    /// same. Pages by [`MessageHit::place`] give each message once, whatever is said meanwhile.
    async fn search_messages(&self, search: MessageSearch) -> Result<Vec<MessageHit>, StoreError>;

    /// Files that the user may read and that have what is asked for in their name and summary, or in one of their passages:
    /// newest first, each once with its first such passage; or those first that have the most of it, as often as they have
    /// such passages. Looked at are the 10,000 newest names and passages in the organization that have it, or the best.
    async fn search_files(&self, search: FileSearch) -> Result<Vec<FileHit>, StoreError>;
}

/// Which messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSearch {
    /// The organization.
    pub organization: OrganizationId,
    /// Who searches.
    pub user: UserId,
    /// For what.
    pub query: SearchQuery,
    /// How much of it, and in what order: by [`MessageHit::place`].
    pub matching: Matching<i64>,
    /// In what kind of conversations.
    pub rooms: Rooms,
    /// Only in these conversations.
    pub conversations: Option<Vec<ConversationId>>,
    /// Only what this user wrote.
    pub author: Option<UserId>,
    /// Only what was sent then or later.
    pub since: Option<Timestamp>,
    /// Only what was sent before.
    pub before: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

/// In what kind of conversations messages are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rooms {
    /// In all of them.
    Any,
    /// In channels alone.
    Channels,
    /// In threads alone.
    Threads,
}

/// How much of a query something must have, and what comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching<P> {
    /// All of it. The newest come first, from below a place on.
    All {
        /// Above the first; the newest where absent.
        below: Option<P>,
    },
    /// Any of it. Those come first that have the most of it.
    Any,
}

/// A message that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageHit {
    /// The message and the version that has the words.
    pub candidate: MessageCandidate,
    /// Its place among all messages, by the time when it was sent.
    pub place: i64,
}

impl MessageHit {
    /// The lowest place of those sent in this millisecond or later.
    pub fn place_of(unix_millis: u64) -> i64 {
        i64::try_from(unix_millis & 0xffff_ffff_ffff).unwrap_or(i64::MAX >> PLACES_A_MILLISECOND)
            << PLACES_A_MILLISECOND
    }
}

/// How many bits of a place tell messages of the same millisecond apart.
pub const PLACES_A_MILLISECOND: u32 = 15;

/// Which files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSearch {
    /// The organization.
    pub organization: OrganizationId,
    /// Who searches.
    pub user: UserId,
    /// For what.
    pub query: SearchQuery,
    /// How much of it, and in what order: by id.
    pub matching: Matching<FileId>,
    /// Only in this conversation.
    pub conversation: Option<ConversationId>,
    /// Only what this user uploaded.
    pub author: Option<UserId>,
    /// Only what was uploaded then or later.
    pub since: Option<Timestamp>,
    /// Only what was uploaded before.
    pub before: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

/// A file that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileHit {
    /// The file.
    pub candidate: FileCandidate,
    /// Its passage that has what was asked for; none where that is its name and summary.
    pub passage: Option<PassageCandidate>,
}
