//! A channel: a room of people and agents. Direct messages, groups and the room with one's own agent are channels too.

use crate::{
    AgentId, ConversationId, Invalid, OrganizationId, Timestamp, UserId,
    text::{Text, checked},
};

/// What a channel is about: up to 1,000 characters.
pub type Topic = Text<0, 1_000>;

/// How the agent of a channel is to be there: up to 4,000 characters, appended to its instructions.
pub type AgentPersonality = Text<1, 4_000>;

/// How many people may be members of a group.
pub const MOST_IN_GROUP: usize = 20;

/// How many people and agents may be members of a channel.
pub const MOST_MEMBERS: i64 = 10_000;

/// What a public or private channel is called: 1 to 80 characters, none of them white space at an end, a line break or
/// another control character.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChannelName(String);

impl ChannelName {
    /// Accepts the name or says why not. White space at its ends is cut off, a `#` before it too.
    ///
    /// # Errors
    /// It is too short, too long, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name = text.trim().trim_start_matches('#').trim_start();
        if name.chars().any(char::is_control) {
            return Err(Invalid::new("must not contain control characters"));
        }
        checked(name.to_owned(), 1, 80).map(Self)
    }

    /// The name, as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two names the same: upper and lower case do not count.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

/// What kind of room a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChannelKind {
    /// Everyone in the organization may find and join it.
    Public,
    /// Only its members know what is in it.
    Private,
    /// Two people.
    Direct,
    /// A few people without a name.
    Group,
    /// One person and their own agent.
    Assistant,
}

impl ChannelKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Public, Self::Private, Self::Direct, Self::Group, Self::Assistant];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Direct => "direct",
            Self::Group => "group",
            Self::Assistant => "assistant",
        }
    }

    /// Whether it has a name of its own.
    pub fn is_named(self) -> bool {
        matches!(self, Self::Public | Self::Private)
    }

    /// Whether who is in it, and that it is there at all, can be changed: not for a pair or one's own agent.
    pub fn is_fixed(self) -> bool {
        matches!(self, Self::Direct | Self::Assistant)
    }
}

/// A room of people and agents.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its id; that of its conversation.
    pub id: ConversationId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// What kind of room it is.
    pub kind: ChannelKind,
    /// What it is called: there for public and private ones, for nothing else.
    pub name: Option<ChannelName>,
    /// What it is about.
    pub topic: Topic,
    /// Who answers its sidebar; the organization's default agent where absent. Of an assistant channel: the agent.
    pub agent_id: Option<AgentId>,
    /// How that agent is to be here.
    pub agent_personality: Option<AgentPersonality>,
    /// Who made it.
    pub created_by: UserId,
    /// Raised by every change of the above (not by messages or members).
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When one of the above last changed.
    pub updated_at: Timestamp,
}

/// What may be there only once in an organization, so that concurrent starts make one; free again when it is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConversationKey {
    /// The direct channel of two people.
    Direct(UserId, UserId),
    /// A person's channel with their own agent.
    Assistant(UserId),
    /// The inbox thread of a person and an agent.
    Inbox(UserId, AgentId),
    /// A public or private channel of this name.
    Name(ChannelName),
}

impl ConversationKey {
    /// The key as it is kept: the two of a pair in order of their ids.
    pub fn to_text(&self) -> String {
        match self {
            Self::Direct(one, other) => format!("direct:{}:{}", one.min(other), one.max(other)),
            Self::Assistant(user) => format!("assistant:{user}"),
            Self::Inbox(user, agent) => format!("inbox:{user}:{agent}"),
            Self::Name(name) => format!("name:{}", name.folded()),
        }
    }
}

/// What a member may do in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberRole {
    /// Reads and writes.
    Member,
    /// Changes the channel and its members too.
    Admin,
}

impl MemberRole {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Member, Self::Admin];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }
}

/// Of what in a channel one wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NotificationLevel {
    /// Of every message.
    #[default]
    All,
    /// Of messages that mention one.
    Mentions,
    /// Of nothing.
    None,
}

impl NotificationLevel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::All, Self::Mentions, Self::None];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::None => "none",
        }
    }
}

/// Who is meant by a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mention {
    /// A member of the channel.
    User(UserId),
    /// An agent of the channel.
    Agent(AgentId),
    /// Every member: `@channel`.
    Channel,
    /// Every member who is online: `@here`.
    Here,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    proptest! {
        #[test]
        fn a_pair_has_one_key_from_both_sides(one in any::<u128>(), other in any::<u128>()) {
            let (one, other) = (UserId::new(Uuid::from_u128(one)), UserId::new(Uuid::from_u128(other)));
            prop_assert_eq!(ConversationKey::Direct(one, other).to_text(), ConversationKey::Direct(other, one).to_text());
        }

        #[test]
        fn a_name_is_its_own_normal_form(text in any::<String>()) {
            if let Ok(name) = ChannelName::parse(&text) {
                prop_assert_eq!(ChannelName::parse(name.as_str()), Ok(name));
            }
        }
    }

    #[test]
    fn names_are_the_same_without_regard_to_case() {
        let folded = |text| ChannelName::parse(text).map(|name| name.folded());
        assert_eq!(folded("  #General "), folded("general"));
        assert_eq!(folded("ÄRGER"), folded("ärger"));
        for bad in ["", "  ", "#", "a\nb", "a\0b", &"x".repeat(81)] {
            assert!(ChannelName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
