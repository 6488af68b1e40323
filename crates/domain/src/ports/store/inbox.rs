use async_trait::async_trait;
use uuid::Uuid;

use super::{Speaker, StoreError, UserSearch};
use crate::{
    AgentId, ConversationId, OrganizationId, Timestamp, UserId,
    agent::Agent,
    page::{Page, Slice},
    thread::Thread,
};

/// How much of a message's text comes with a list of conversations, in characters.
pub const BEGINNING: i32 = 1_000;

/// The conversations of a person as an inbox: their direct channels, and with each agent one thread.
///
/// A conversation's place in a list is the id of its newest message that is kept, active and not deleted, and of an answer
/// one that is no longer being written; its own id where there is none. A list takes a constant number of statements.
#[async_trait]
pub trait InboxQueries: Send + Sync + 'static {
    /// A page of a user's inbox, by place. A page's position may name a conversation in place of its place.
    async fn list_inbox(&self, filter: InboxFilter) -> Result<Slice<InboxConversation>, StoreError>;

    /// The one thread of a user and an agent in the inbox, if it is not deleted; also one that is too old to be kept.
    async fn find_inbox_thread(
        &self,
        organization: OrganizationId,
        user: UserId,
        agent: AgentId,
    ) -> Result<Option<Thread>, StoreError>;

    /// A page of the threads that others have with the agents of this user, deleted agents included, but for those of whose
    /// threads they may know nothing; by their latest activity, then id. A page's position names a thread. Nothing is
    /// unread.
    async fn list_overseen(
        &self,
        organization: OrganizationId,
        owner: UserId,
        page: Page,
    ) -> Result<Slice<InboxConversation>, StoreError>;
}

/// Which conversations of an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxFilter {
    /// The organization.
    pub organization: OrganizationId,
    /// Whose inbox.
    pub user: UserId,
    /// Only those with a person, or only those with an agent.
    pub kind: Option<InboxKind>,
    /// Only those where the handle or the name of the other, or of the agent, holds this, in any case.
    pub search: Option<UserSearch>,
    /// Which part, how many.
    pub page: Page,
}

/// With whom a conversation of an inbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InboxKind {
    /// With a person.
    Profile,
    /// With an agent.
    Agent,
}

/// A conversation of an inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxConversation {
    /// Its id: the channel's, or the thread's.
    pub id: ConversationId,
    /// Its place in the list.
    pub place: Uuid,
    /// Of a direct channel the other, whether they are still there or not; of a thread the agent's owner, if a person owns
    /// it; of one that is overseen the person whose it is.
    pub other: Option<Speaker>,
    /// The thread's agent, as it is now.
    pub agent: Option<Box<Agent>>,
    /// When the newest message was sent; where there is none, when it was begun.
    pub last_message_at: Timestamp,
    /// How its text begins: [`BEGINNING`].
    pub last_message: Option<String>,
    /// How many messages of others are unread: up to [`MOST_COUNTED`](super::MOST_COUNTED).
    pub unread_count: i64,
}
