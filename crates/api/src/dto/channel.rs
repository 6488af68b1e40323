use serde::{Deserialize, Serialize};
use stead_domain::{
    channel::{AgentPersonality, Channel, ChannelKind, MemberRole, NotificationLevel},
    ports::store::{ChannelView, MyChannel},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Time, page::page_body};

/// A room of people and agents.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Channel)]
pub struct ChannelBody {
    /// Its id.
    pub id: Uuid,
    /// Its organization.
    pub organization_id: Uuid,
    /// What kind of room it is.
    pub kind: ChannelKindBody,
    /// What it is called. A direct channel and a group are called as the others in them, one's own AI channel as its agent; in
    /// events, which are the same for everybody, those have none.
    #[schema(required = true)]
    pub name: Option<String>,
    /// What it is about.
    pub topic: String,
    /// Whether it is somebody's own with their agent.
    pub ai_channel: bool,
    /// Who answers its sidebar; null: the organization's default agent. Of an AI channel the agent who answers in it.
    #[schema(required = true)]
    pub agent_id: Option<Uuid>,
    /// How that agent is to be here.
    #[schema(required = true)]
    pub agent_personality: Option<String>,
    /// Who made it.
    pub created_by: Uuid,
    /// When it was made.
    pub created_at: Time,
    /// When one of the above last changed.
    pub updated_at: Time,
    /// How many people and agents are in it.
    pub member_count: i64,
    /// What one is in it; null: not a member.
    #[schema(required = true)]
    pub role: Option<MemberRoleBody>,
    /// The other person of a direct channel.
    #[schema(required = true)]
    pub other_user_id: Option<Uuid>,
}

/// What kind of room a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChannelKind)]
pub enum ChannelKindBody {
    Public,
    Private,
    Direct,
    Group,
    Assistant,
}

impl From<ChannelKind> for ChannelKindBody {
    fn from(kind: ChannelKind) -> Self {
        match kind {
            ChannelKind::Public => Self::Public,
            ChannelKind::Private => Self::Private,
            ChannelKind::Direct => Self::Direct,
            ChannelKind::Group => Self::Group,
            ChannelKind::Assistant => Self::Assistant,
        }
    }
}

/// What a member may do in a channel: admins change it and who is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MemberRole)]
pub enum MemberRoleBody {
    Member,
    Admin,
}

impl From<MemberRole> for MemberRoleBody {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Member => Self::Member,
            MemberRole::Admin => Self::Admin,
        }
    }
}

impl From<MemberRoleBody> for MemberRole {
    fn from(role: MemberRoleBody) -> Self {
        match role {
            MemberRoleBody::Member => Self::Member,
            MemberRoleBody::Admin => Self::Admin,
        }
    }
}

/// Of what in a channel one is told: of everything, of what mentions one, of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationLevel)]
pub enum NotificationLevelBody {
    All,
    Mentions,
    None,
}

impl From<NotificationLevel> for NotificationLevelBody {
    fn from(level: NotificationLevel) -> Self {
        match level {
            NotificationLevel::All => Self::All,
            NotificationLevel::Mentions => Self::Mentions,
            NotificationLevel::None => Self::None,
        }
    }
}

impl From<NotificationLevelBody> for NotificationLevel {
    fn from(level: NotificationLevelBody) -> Self {
        match level {
            NotificationLevelBody::All => Self::All,
            NotificationLevelBody::Mentions => Self::Mentions,
            NotificationLevelBody::None => Self::None,
        }
    }
}

impl From<ChannelView> for ChannelBody {
    fn from(view: ChannelView) -> Self {
        let (name, other) = (view.shown_name(), view.other());
        let ChannelView { channel, role, member_count, others: _, agent_name: _ } = view;
        let Channel {
            id,
            organization_id,
            kind,
            name: _,
            topic,
            agent_id,
            agent_personality,
            created_by,
            version: _,
            created_at,
            updated_at,
        } = channel;
        Self {
            id: id.uuid(),
            organization_id: organization_id.uuid(),
            kind: kind.into(),
            name,
            topic: topic.into_string(),
            ai_channel: kind == ChannelKind::Assistant,
            agent_id: agent_id.map(Into::into),
            agent_personality: agent_personality.map(AgentPersonality::into_string),
            created_by: created_by.uuid(),
            created_at: Time(created_at),
            updated_at: Time(updated_at),
            member_count,
            role: role.map(Into::into),
            other_user_id: other.map(Into::into),
        }
    }
}

impl ChannelBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0020),
            organization_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0001),
            kind: ChannelKindBody::Public,
            name: Some("general".to_owned()),
            topic: "What concerns everybody".to_owned(),
            ai_channel: false,
            agent_id: None,
            agent_personality: None,
            created_by: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002),
            created_at: Time::sample(0),
            updated_at: Time::sample(0),
            member_count: 12,
            role: Some(MemberRoleBody::Member),
            other_user_id: None,
        }
    }
}

page_body! {
    /// A page of channels, oldest to newest.
    pub struct ChannelsBody as ChannelList {
        /// The channels.
        channels: ChannelBody,
    }
    from ChannelView, at |view| view.channel.id.uuid()
}

/// A channel that one is in, with what is new in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyChannel)]
pub struct MyChannelBody {
    /// The channel.
    #[serde(flatten)]
    pub channel: ChannelBody,
    /// How many messages of others come after the last one read: counted up to 1,000.
    #[schema(minimum = 0, maximum = 1000)]
    pub unread_count: i64,
    /// How many of them mention one, or everybody: counted up to 1,000.
    #[schema(minimum = 0, maximum = 1000)]
    pub mention_count: i64,
    /// When its newest message was posted.
    #[schema(required = true)]
    pub last_message_at: Option<Time>,
    /// Up to where one has read.
    #[schema(required = true)]
    pub last_read_message_id: Option<Uuid>,
    /// Of what one wants to be told.
    pub notifications: NotificationLevelBody,
}

impl From<MyChannel> for MyChannelBody {
    fn from(mine: MyChannel) -> Self {
        let MyChannel { view, unread_count, mention_count, last_message_at, last_read_message_id, notifications } =
            mine;
        Self {
            channel: view.into(),
            unread_count,
            mention_count,
            last_message_at: last_message_at.map(Time),
            last_read_message_id: last_read_message_id.map(Into::into),
            notifications: notifications.into(),
        }
    }
}

/// All channels that one is in, oldest to newest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyChannels)]
pub struct MyChannelsBody {
    /// The channels.
    pub channels: Vec<MyChannelBody>,
}

impl MyChannelsBody {
    /// An example for the document.
    pub fn sample() -> Self {
        let mine = MyChannelBody {
            channel: ChannelBody::sample(),
            unread_count: 3,
            mention_count: 1,
            last_message_at: Some(Time::sample(90)),
            last_read_message_id: Some(Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0030)),
            notifications: NotificationLevelBody::All,
        };
        Self { channels: vec![mine] }
    }
}
