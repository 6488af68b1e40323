use async_trait::async_trait;

use super::{StoreError, ThreadMessage};
use crate::{ConversationId, OrganizationId, UserId, thread::Thread};

/// Threads about channels: what people ask beside them.
#[async_trait]
pub trait SidebarQueries: Send + Sync + 'static {
    /// The user's threads about a channel that are not deleted, newest activity first, each with its latest active messages,
    /// oldest to newest. A constant number of statements.
    async fn list_sidebars(&self, filter: SidebarFilter) -> Result<Vec<(Thread, Vec<ThreadMessage>)>, StoreError>;
}

/// Which threads about a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SidebarFilter {
    /// The organization.
    pub organization: OrganizationId,
    /// The channel.
    pub channel: ConversationId,
    /// Whose.
    pub user: UserId,
    /// So many are skipped.
    pub offset: u32,
    /// At most so many, up to 100.
    pub limit: u32,
    /// At most so many messages of each, up to 100.
    pub message_limit: u32,
}
