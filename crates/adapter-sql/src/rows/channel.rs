use diesel::prelude::*;
use stead_domain::{
    channel::{AgentPersonality, Channel, ChannelKind, ChannelName, ConversationKey, Topic},
    membership::{Membership, Participant},
};

use super::{ConversationRow, MemberRow};
use crate::{
    error::InvalidColumn,
    names::ConversationKind,
    schema::channels,
    types::{DbId, DbName},
};

/// What only a channel has.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = channels, treat_none_as_default_value = false)]
pub struct ChannelRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub name: Option<String>,
    pub topic: String,
    pub agent_id: Option<DbId>,
    pub agent_personality: Option<String>,
    pub created_by_user_id: DbId,
}

impl From<&Channel> for ChannelRow {
    fn from(channel: &Channel) -> Self {
        Self {
            id: channel.id.into(),
            organization_id: channel.organization_id.into(),
            name: channel.name.as_ref().map(|name| name.as_str().to_owned()),
            topic: channel.topic.as_str().to_owned(),
            agent_id: channel.agent_id.map(Into::into),
            agent_personality: channel.agent_personality.as_ref().map(|text| text.as_str().to_owned()),
            created_by_user_id: channel.created_by.into(),
        }
    }
}

impl ConversationRow {
    /// What a channel has in common with other conversations.
    pub fn of_channel(channel: &Channel, key: Option<&ConversationKey>) -> Self {
        Self {
            id: channel.id.into(),
            organization_id: channel.organization_id.into(),
            kind: DbName(ConversationKind::Channel(channel.kind)),
            unique_key: key.map(ConversationKey::to_text),
            version: channel.version,
            created_at: channel.created_at.into(),
            updated_at: channel.updated_at.into(),
            deleted_at: None,
        }
    }

    /// What kind of channel it is.
    pub fn channel_kind(&self) -> Result<ChannelKind, InvalidColumn> {
        match self.kind.0 {
            ConversationKind::Channel(kind) => Ok(kind),
            ConversationKind::Thread | ConversationKind::Sidebar => {
                Err(InvalidColumn::missing("conversations.kind of a channel"))
            }
        }
    }
}

/// A channel, from its two rows.
pub fn channel((row, conversation): (ChannelRow, ConversationRow)) -> Result<Channel, InvalidColumn> {
    let personality = row.agent_personality.map(AgentPersonality::parse).transpose();
    Ok(Channel {
        id: row.id.into(),
        organization_id: row.organization_id.into(),
        kind: conversation.channel_kind()?,
        name: row.name.as_deref().map(ChannelName::parse).transpose().map_err(InvalidColumn::of("channels.name"))?,
        topic: Topic::parse(row.topic).map_err(InvalidColumn::of("channels.topic"))?,
        agent_id: row.agent_id.map(Into::into),
        agent_personality: personality.map_err(InvalidColumn::of("channels.agent_personality"))?,
        created_by: row.created_by_user_id.into(),
        version: conversation.version,
        created_at: conversation.created_at.into(),
        updated_at: conversation.updated_at.into(),
    })
}

impl From<&Membership> for MemberRow {
    fn from(membership: &Membership) -> Self {
        let (user, agent) = match membership.participant {
            Participant::User(user) => (Some(user), None),
            Participant::Agent(agent) => (None, Some(agent)),
        };
        Self {
            id: membership.id.into(),
            organization_id: membership.organization_id.into(),
            conversation_id: membership.conversation_id.into(),
            user_id: user.map(Into::into),
            agent_id: agent.map(Into::into),
            role: DbName(membership.role),
            joined_at: membership.joined_at.into(),
            left_at: None,
        }
    }
}

impl TryFrom<MemberRow> for Membership {
    type Error = InvalidColumn;

    fn try_from(row: MemberRow) -> Result<Self, InvalidColumn> {
        let participant = match (row.user_id, row.agent_id) {
            (Some(user), _) => Participant::User(user.into()),
            (None, Some(agent)) => Participant::Agent(agent.into()),
            (None, None) => return Err(InvalidColumn::missing("members.user_id")),
        };
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            conversation_id: row.conversation_id.into(),
            participant,
            role: row.role.0,
            joined_at: row.joined_at.into(),
        })
    }
}
