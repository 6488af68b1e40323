//! Identifiers: UUIDs that know what they name.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use uuid::Uuid;

/// The id of a `K`. Ids made by Stead are UUIDv7, so they sort by the time they were minted; any well-formed UUID is
/// accepted from outside (it then names nothing).
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// Gives a UUID its meaning.
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bare UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<K> From<Uuid> for Id<K> {
    fn from(uuid: Uuid) -> Self {
        Self::new(uuid)
    }
}
impl<K> From<Id<K>> for Uuid {
    fn from(id: Id<K>) -> Self {
        id.0
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::new)
    }
}

/// Marks the id of a conversation of any kind: a thread's id, a channel's id and an inbox conversation's id are all this.
#[derive(Debug)]
pub enum Conversation {}
/// Marks the id of a membership row.
#[derive(Debug)]
pub enum Member {}

/// Names an [`Organization`](crate::organization::Organization).
pub type OrganizationId = Id<crate::organization::Organization>;
/// Names a [`User`](crate::user::User).
pub type UserId = Id<crate::user::User>;
/// Names a user's picture: see [`Avatar`](crate::user::Avatar).
pub type AvatarId = Id<crate::user::Avatar>;
/// Names an [`ApiKey`](crate::api_key::ApiKey).
pub type ApiKeyId = Id<crate::api_key::ApiKey>;
/// Names an [`Agent`](crate::agent::Agent).
pub type AgentId = Id<crate::agent::Agent>;
/// Names a conversation: a [`Thread`](crate::thread::Thread) or a channel.
pub type ConversationId = Id<Conversation>;
/// Names a membership.
pub type MemberId = Id<Member>;
/// Names a [`Message`](crate::message::Message).
pub type MessageId = Id<crate::message::Message>;
/// Names a [`Run`](crate::run::Run).
pub type RunId = Id<crate::run::Run>;
/// Names a [`ToolCall`](crate::tool_call::ToolCall).
pub type ToolCallId = Id<crate::tool_call::ToolCall>;
/// Names a [`File`](crate::file::File).
pub type FileId = Id<crate::file::File>;
/// Names an [`McpServer`](crate::mcp_server::McpServer).
pub type McpServerId = Id<crate::mcp_server::McpServer>;
/// Names a [`Session`](crate::session::Session).
pub type SessionId = Id<crate::session::Session>;
/// Names an [`Invitation`](crate::invitation::Invitation).
pub type InvitationId = Id<crate::invitation::Invitation>;
/// Names a [`NewJob`](crate::job::NewJob).
pub type JobId = Id<crate::job::NewJob>;
