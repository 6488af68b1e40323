use async_trait::async_trait;

use super::StoreError;
use crate::{ConversationId, MessageId, OrganizationId};

/// What was said around messages that were found. Ids alone: what they say passes the
/// [`ReadGate`](crate::ports::ReadGate).
#[async_trait]
pub trait SurroundingQueries: Send + Sync + 'static {
    /// For each of up to 100 messages, those around it in its conversation that are active and not deleted: up to `before`
    /// (at most 20) right before it and `after` right after it, the message that it replies to, and the first `after` replies
    /// to it; oldest first, without the message itself. One statement.
    async fn surroundings(
        &self,
        organization: OrganizationId,
        of: &[(ConversationId, MessageId)],
        before: u32,
        after: u32,
    ) -> Result<Vec<(MessageId, Vec<MessageId>)>, StoreError>;
}
