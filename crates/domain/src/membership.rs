//! Who is in a channel.

use crate::{AgentId, ConversationId, MemberId, OrganizationId, Timestamp, UserId, channel::MemberRole};

/// Who can be in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Participant {
    /// A person, or a service.
    User(UserId),
    /// An agent.
    Agent(AgentId),
}

impl Participant {
    /// Their bare id.
    pub fn uuid(self) -> uuid::Uuid {
        match self {
            Self::User(user) => user.uuid(),
            Self::Agent(agent) => agent.uuid(),
        }
    }

    /// The person.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::Agent(_) => None,
        }
    }
}

/// That somebody is in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// Its id. Who comes back keeps that of the first time.
    pub id: MemberId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The channel.
    pub conversation_id: ConversationId,
    /// Who.
    pub participant: Participant,
    /// What they may do in it.
    pub role: MemberRole,
    /// Since when; of who came back, since then.
    pub joined_at: Timestamp,
}
