use async_trait::async_trait;

use super::StoreError;
use crate::{
    ConversationId, MessageId, OrganizationId,
    source::{KeptSource, Source},
};

/// What answers were made from. Whoever is told of a source has to pass the read gate for it first.
#[async_trait]
pub trait SourceQueries: Send + Sync + 'static {
    /// The sources of up to 1,000 messages of the organization, by message and number, as the database has them now.
    async fn list_sources(
        &self,
        organization: OrganizationId,
        messages: Vec<MessageId>,
    ) -> Result<Vec<(MessageId, KeptSource)>, StoreError>;
}

/// Keeps what a message was made from, in place of what was kept before. They go with their message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetSources {
    /// Its organization.
    pub organization: OrganizationId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The message.
    pub message: MessageId,
    /// The sources, at most [`MOST_SOURCES`](crate::source::MOST_SOURCES), each number once.
    pub sources: Vec<Source>,
}
