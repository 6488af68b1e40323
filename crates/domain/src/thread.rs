//! A thread: one person's conversation with one agent.

use crate::{
    AgentId, ConversationId, Json, OrganizationId, Timestamp, UserId,
    agent::{Agent, OwnerVisibility},
    text::Text,
    user::OrganizationRole,
};

/// What a thread is called: 1 to 200 characters.
pub type Title = Text<1, 200>;

/// How many runs may wait in one thread for the one that is running.
pub const MAX_QUEUED_RUNS: i64 = 10;

/// One person's conversation with one agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Thread {
    /// Its id; that of its conversation.
    pub id: ConversationId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Who answers.
    pub agent_id: AgentId,
    /// Whose it is: its only human member.
    pub user_id: UserId,
    /// A thread about a channel (its sidebar) names it.
    pub channel_id: Option<ConversationId>,
    /// Whether it is the one conversation of its user and agent in the inbox.
    pub inbox: bool,
    /// What it is called.
    pub title: Option<Title>,
    /// Who gave the title.
    pub title_source: TitleSource,
    /// What the client keeps with it.
    pub metadata: Json,
    /// Filed away. It still takes messages.
    pub archived: bool,
    /// Raised by every change of the above (not by messages).
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When one of the above last changed.
    pub updated_at: Timestamp,
    /// When it was made, or last got a message or an answer.
    pub last_activity_at: Timestamp,
}

/// Who gave a thread its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TitleSource {
    /// Nobody: it may be titled by itself.
    None,
    /// The model, or, where it failed, the first message's words.
    Model,
    /// A person: never replaced by itself.
    Person,
}

/// What somebody other than its user may see of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oversight {
    /// All of it.
    Full,
    /// All but the messages.
    Metadata,
}

/// What an overseer may see of the threads that others have with `agent`: admins everything, its owner as far as its
/// `owner_visibility` says, anybody else nothing.
pub fn oversight(agent: &Agent, user: UserId, role: OrganizationRole) -> Option<Oversight> {
    if role.is_admin() {
        return Some(Oversight::Full);
    }
    if agent.owner() != Some(user) {
        return None;
    }
    match agent.owner_visibility {
        OwnerVisibility::Full => Some(Oversight::Full),
        OwnerVisibility::Metadata => Some(Oversight::Metadata),
        OwnerVisibility::None => None,
    }
}
