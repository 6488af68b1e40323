use async_trait::async_trait;

use super::StoreError;
use crate::{
    ConversationId, FileId, MessageId, OrganizationId, Timestamp, UserId,
    channel::{Channel, Mention},
    emoji::Emoji,
    membership::Membership,
    message::Message,
    text::Email,
    thread::Thread,
    user::User,
};

/// What it takes to bring an organization's conversations in from elsewhere, and to hand all of them out: for who holds the
/// database, never for an answer to somebody. What is deleted, or no longer kept, is not handed out.
#[async_trait]
pub trait ExchangeQueries: Send + Sync + 'static {
    /// Which of these messages there are, in any organization: tombstones too. Up to 1,000.
    async fn messages_that_exist(&self, ids: Vec<MessageId>) -> Result<Vec<MessageId>, StoreError>;

    /// The person with this address, whether they can sign in or not.
    async fn find_by_email(&self, email: &Email) -> Result<Option<User>, StoreError>;

    /// Up to `limit` channels of the organization after this one, of every kind, by id.
    async fn export_channels(
        &self,
        organization: OrganizationId,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<Channel>, StoreError>;

    /// Up to `limit` threads of the organization after this one, by id.
    async fn export_threads(
        &self,
        organization: OrganizationId,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<Thread>, StoreError>;

    /// Who is in a conversation, by the ids of their memberships: the deactivated too, nobody who has left.
    async fn export_members(&self, conversation: ConversationId) -> Result<Vec<Membership>, StoreError>;

    /// Up to `limit` messages of a conversation after this one, tombstones and other branches too, by id. Up to 1,000.
    async fn export_messages(
        &self,
        conversation: ConversationId,
        after: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<ExportedMessage>, StoreError>;
}

/// A message, and what hangs on it.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportedMessage {
    /// The message.
    pub message: Message,
    /// Who is meant by it, in the order of the text.
    pub mentions: Vec<Mention>,
    /// Who reacted to it, with what and when: first to last.
    pub reactions: Vec<(UserId, Emoji, Timestamp)>,
    /// The files that are attached to it, in their order.
    pub files: Vec<FileId>,
}
