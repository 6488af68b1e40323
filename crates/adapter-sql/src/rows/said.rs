//! What hangs on a message of a channel: who is meant by it, and how people reacted.

use diesel::prelude::*;
use stead_domain::{ConversationId, MessageId, OrganizationId, channel::Mention, ports::store::React};

use crate::{
    error::InvalidColumn,
    schema::{mentions, reactions},
    types::{DbId, DbName, DbTime, Named},
};

/// Who is meant, without their id, which has a column of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MentionKind {
    User,
    Agent,
    Channel,
    Here,
}

impl Named for MentionKind {
    const ALL: &'static [Self] = &[Self::User, Self::Agent, Self::Channel, Self::Here];

    fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::Channel => "channel",
            Self::Here => "here",
        }
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mentions, treat_none_as_default_value = false)]
pub struct MentionRow {
    pub message_id: DbId,
    pub n: i32,
    pub organization_id: DbId,
    pub conversation_id: DbId,
    pub kind: DbName<MentionKind>,
    pub user_id: Option<DbId>,
    pub agent_id: Option<DbId>,
}

impl MentionRow {
    /// The rows of a message's mentions.
    pub fn of(
        organization: OrganizationId,
        channel: ConversationId,
        message: MessageId,
        mentions: &[Mention],
    ) -> impl Iterator<Item = Self> {
        let row = move |(n, mention): (i32, &Mention)| {
            let (kind, user, agent) = match *mention {
                Mention::User(user) => (MentionKind::User, Some(user), None),
                Mention::Agent(agent) => (MentionKind::Agent, None, Some(agent)),
                Mention::Channel => (MentionKind::Channel, None, None),
                Mention::Here => (MentionKind::Here, None, None),
            };
            Self {
                message_id: message.into(),
                n,
                organization_id: organization.into(),
                conversation_id: channel.into(),
                kind: DbName(kind),
                user_id: user.map(DbId::from),
                agent_id: agent.map(DbId::from),
            }
        };
        (0i32..).zip(mentions).map(row)
    }
}

impl TryFrom<MentionRow> for Mention {
    type Error = InvalidColumn;

    fn try_from(row: MentionRow) -> Result<Self, InvalidColumn> {
        let missing = |column| move || InvalidColumn::missing(column);
        Ok(match row.kind.0 {
            MentionKind::User => Self::User(row.user_id.ok_or_else(missing("mentions.user_id"))?.into()),
            MentionKind::Agent => Self::Agent(row.agent_id.ok_or_else(missing("mentions.agent_id"))?.into()),
            MentionKind::Channel => Self::Channel,
            MentionKind::Here => Self::Here,
        })
    }
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = reactions)]
pub struct ReactionRow {
    pub message_id: DbId,
    pub emoji: String,
    pub user_id: DbId,
    pub organization_id: DbId,
    pub conversation_id: DbId,
    pub created_at: DbTime,
}

impl From<&React> for ReactionRow {
    fn from(react: &React) -> Self {
        let React { organization, channel, message, emoji, user, at } = react;
        Self {
            message_id: (*message).into(),
            emoji: emoji.as_str().to_owned(),
            user_id: (*user).into(),
            organization_id: (*organization).into(),
            conversation_id: (*channel).into(),
            created_at: (*at).into(),
        }
    }
}
