use async_trait::async_trait;
use uuid::Uuid;

use super::StoreError;
use crate::{
    ConversationId, MessageId, OrganizationId, Timestamp, UserId,
    agent::Agent,
    channel::{Channel, ChannelKind, ConversationKey, MemberRole, NotificationLevel},
    membership::{Membership, Participant},
    page::{Page, Slice},
    text::DisplayName,
    user::User,
};

/// How far unread messages and mentions are counted.
pub const MOST_COUNTED: i64 = 1_000;

/// Channels and who is in them. Members are those who have not left; a user who is deleted or deactivated, or an agent
/// that is deleted, counts as none and is not listed, as long as it is so.
#[async_trait]
pub trait ChannelQueries: Send + Sync + 'static {
    /// A channel of the organization that is not deleted, as this user sees it: whether they may is for who asks to judge.
    async fn find_channel(
        &self,
        organization: OrganizationId,
        id: ConversationId,
        viewer: UserId,
    ) -> Result<Option<ChannelView>, StoreError>;

    /// The same, by what can be there only once.
    async fn find_channel_by_key(
        &self,
        organization: OrganizationId,
        key: &ConversationKey,
        viewer: UserId,
    ) -> Result<Option<ChannelView>, StoreError>;

    /// A page of the organization's public channels and those that the viewer is in, by id. A constant number of
    /// statements.
    async fn list_channels(
        &self,
        organization: OrganizationId,
        viewer: UserId,
        page: Page,
    ) -> Result<Slice<ChannelView>, StoreError>;

    /// The channels that the user is in, by id, with what is new in them. A constant number of statements that begin at
    /// their memberships: under 10 ms for 500.
    ///
    /// Unread is what comes after the read marker, or after joining where that is later, is kept, not deleted, and not by
    /// the user; counted up to [`MOST_COUNTED`].
    async fn channels_of(&self, organization: OrganizationId, user: UserId) -> Result<Vec<MyChannel>, StoreError>;

    /// All that the user is in, by conversation: nothing of how it looks.
    async fn memberships_of(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<Vec<(Membership, ChannelKind)>, StoreError>;

    /// A page of a channel's members, by the ids of their memberships.
    async fn list_members(
        &self,
        organization: OrganizationId,
        channel: ConversationId,
        page: Page,
    ) -> Result<Slice<ChannelMember>, StoreError>;

    /// Those of the named, each a conversation and the id of a user or agent, who are members now, in no order: up to 1,000.
    async fn find_members(&self, named: Vec<(ConversationId, Uuid)>) -> Result<Vec<ChannelMember>, StoreError>;

    /// Up to `limit` channels that are not deleted and that somebody of the organization has not left, or had not until they
    /// were deleted, by id: after this one. Not those that only they and their agent are in.
    async fn rooms_of(
        &self,
        organization: OrganizationId,
        participant: Participant,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<RoomOf>, StoreError>;

    /// The ids of all users who are members of a channel, by the ids of their memberships: who has been there longest first
    /// where nobody came back.
    async fn member_users(&self, channel: ConversationId) -> Result<Vec<Membership>, StoreError>;

    /// The channels of the organization that both are in, by id.
    async fn shared_channels(
        &self,
        organization: OrganizationId,
        one: UserId,
        other: UserId,
    ) -> Result<Vec<ConversationId>, StoreError>;

    /// Those of these channels, of any organization, that are not deleted, as nobody in particular sees them, in no order.
    async fn channels_by_id(&self, ids: Vec<ConversationId>) -> Result<Vec<ChannelView>, StoreError>;

    /// The read markers of these users in these conversations, in no order: up to 1,000.
    async fn read_markers(&self, named: Vec<(ConversationId, UserId)>) -> Result<Vec<ReadMarker>, StoreError>;

    /// Up to `limit` people of all organizations who have no channel with their own agent, by id, each with the oldest agent
    /// that is theirs: after this one.
    async fn list_without_assistant(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<(User, Option<Agent>)>, StoreError>;
}

/// A channel that somebody is in, or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomOf {
    /// The channel.
    pub channel: ConversationId,
    /// Where they looked after it and are deleted, who does now: of several, who has been there longest.
    pub successor: Option<UserId>,
}

/// A channel as somebody sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelView {
    /// The channel.
    pub channel: Channel,
    /// What the viewer is in it, if anything.
    pub role: Option<MemberRole>,
    /// How many members it has.
    pub member_count: i64,
    /// In a direct channel the other, whether they are still there or not; in a group the other members, by their
    /// memberships. Empty in others, and for nobody in particular.
    pub others: Vec<(UserId, Option<DisplayName>)>,
    /// What the agent of an assistant channel is called.
    pub agent_name: Option<DisplayName>,
}

impl ChannelView {
    /// What the viewer calls it: its name, or else who is in it besides them.
    pub fn shown_name(&self) -> Option<String> {
        match self.channel.kind {
            ChannelKind::Public | ChannelKind::Private => {
                self.channel.name.as_ref().map(|name| name.as_str().to_owned())
            }
            ChannelKind::Direct | ChannelKind::Group => {
                let name = |(_, name): &(UserId, Option<DisplayName>)| {
                    name.as_ref().map_or("Deleted user", DisplayName::as_str).to_owned()
                };
                let names: Vec<String> = self.others.iter().map(name).collect();
                (!names.is_empty()).then(|| names.join(", "))
            }
            ChannelKind::Assistant => self.agent_name.as_ref().map(|name| name.as_str().to_owned()),
        }
    }

    /// The other person of a direct channel.
    pub fn other(&self) -> Option<UserId> {
        match self.channel.kind {
            ChannelKind::Direct => self.others.first().map(|(user, _)| *user),
            ChannelKind::Public | ChannelKind::Private | ChannelKind::Group | ChannelKind::Assistant => None,
        }
    }
}

/// A channel that one is in, with what is new in it.
#[derive(Debug, Clone, PartialEq)]
pub struct MyChannel {
    /// The channel.
    pub view: ChannelView,
    /// How many messages are unread: up to [`MOST_COUNTED`].
    pub unread_count: i64,
    /// How many of them mention the user: up to [`MOST_COUNTED`].
    pub mention_count: i64,
    /// When the newest message was posted that is kept and not deleted.
    pub last_message_at: Option<Timestamp>,
    /// Up to where they have read.
    pub last_read_message_id: Option<MessageId>,
    /// Of what they want to be told.
    pub notifications: NotificationLevel,
}

/// A member of a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelMember {
    /// Their membership.
    pub membership: Membership,
    /// Who it is.
    pub who: MemberEntity,
}

/// Who a member is.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberEntity {
    /// A user.
    User(Box<User>),
    /// An agent.
    Agent(Box<Agent>),
}

/// Up to where a user has read a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadMarker {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The user.
    pub user_id: UserId,
    /// The last message that they have read.
    pub message_id: MessageId,
    /// When they said so.
    pub updated_at: Timestamp,
}

/// A change of a channel.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelChange {
    /// Makes it with its first members, under the key of what may be there only once.
    Insert(Channel, Option<ConversationKey>, Vec<Membership>),
    /// Writes kind, name (and with it the key), topic, agent, personality, version and `updated_at` as given. Guard the
    /// version before it.
    Update(Channel),
    /// Marks it deleted: hidden at once, its key free; its live runs become cancelled. Unchanged if it was deleted before.
    /// Its rows are purged as those of a thread.
    Delete {
        /// The channel.
        channel: ConversationId,
        /// When.
        at: Timestamp,
    },
    /// Makes somebody a member. Who had left is one again, with this role and from this time on (updated); who is a member
    /// stays as they are (unchanged).
    PutMember(Membership),
    /// Gives a member a role; unchanged if they are no member or have it.
    SetRole {
        /// The channel.
        channel: ConversationId,
        /// The member.
        user: UserId,
        /// The role.
        role: MemberRole,
    },
    /// Ends a membership; unchanged if there is none.
    RemoveMember {
        /// The channel.
        channel: ConversationId,
        /// Who.
        participant: Participant,
        /// When.
        at: Timestamp,
    },
    /// Notes up to where somebody has read: forward only, unchanged otherwise.
    MoveReadMarker {
        /// The organization.
        organization: OrganizationId,
        /// Who, where, up to which message.
        marker: ReadMarker,
    },
    /// Notes of what a member wants to be told.
    SetNotifications {
        /// The organization.
        organization: OrganizationId,
        /// The channel.
        channel: ConversationId,
        /// The member.
        user: UserId,
        /// Of what.
        level: NotificationLevel,
    },
}
