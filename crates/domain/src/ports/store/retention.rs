use async_trait::async_trait;

use super::StoreError;
use crate::{ConversationId, OrganizationId, Timestamp, UserId};

/// What is older than its organization keeps it, by the database's clock.
///
/// Such messages, the runs that answered them (those that have ended), and threads without activity for so long, are found
/// by no other read. [`newest_message`](super::MessageQueries::newest_message) alone goes by what is stored.
#[async_trait]
pub trait RetentionQueries: Send + Sync + 'static {
    /// Up to `limit` conversations after this one, by id, in which something is older than it may be.
    async fn list_outdated(
        &self,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<OutdatedConversation>, StoreError>;
}

/// A conversation in which something is older than its organization keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutdatedConversation {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its organization.
    pub organization: OrganizationId,
    /// What is older than this may go.
    pub keep_since: Timestamp,
    /// Where it is a thread in which nothing has happened since: whose, and its version. It may go as a whole.
    pub idle_thread_of: Option<(UserId, i64)>,
}
