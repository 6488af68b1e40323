use async_trait::async_trait;

use super::StoreError;
use crate::{
    ConversationId, MessageId, OrganizationId, Timestamp, UserId,
    page::{Page, Slice},
    persona::Persona,
};

/// How people want to be stood in for, and what was said in their stead.
#[async_trait]
pub trait PersonaQueries: Send + Sync + 'static {
    /// What a user of the organization has set, if anything.
    async fn find_persona(&self, organization: OrganizationId, user: UserId) -> Result<Option<Persona>, StoreError>;

    /// When the last answer in this user's stead was stored in a conversation, deleted since or not.
    async fn last_stood_in(&self, user: UserId, conversation: ConversationId) -> Result<Option<Timestamp>, StoreError>;

    /// How many answers were stored in this user's stead since then, deleted since or not; counted up to `most`.
    async fn times_stood_in(&self, user: UserId, since: Timestamp, most: u32) -> Result<i64, StoreError>;

    /// A page of the messages of the organization that were stored in this user's stead since then, in conversations that
    /// are not deleted, by id; those that are deleted are left out.
    async fn list_stood_in(
        &self,
        organization: OrganizationId,
        user: UserId,
        since: Timestamp,
        page: Page,
    ) -> Result<Slice<MessageId>, StoreError>;

    /// The user's threads that are not deleted, or only those about channels, each with the channel that it
    /// is about, newest activity first, at most `limit`.
    async fn newest_threads_of(
        &self,
        organization: OrganizationId,
        user: UserId,
        only_about_channels: bool,
        limit: u32,
    ) -> Result<Vec<(ConversationId, Option<ConversationId>)>, StoreError>;

    /// Up to `limit` messages that the user wrote themselves, newest first, in up to 20 conversations: of the newest 300 in
    /// each, those that are active and not deleted. Ids alone: what they say passes the
    /// [`ReadGate`](crate::ports::ReadGate).
    async fn said_by(
        &self,
        organization: OrganizationId,
        user: UserId,
        conversations: &[ConversationId],
        limit: u32,
    ) -> Result<Vec<MessageId>, StoreError>;
}
