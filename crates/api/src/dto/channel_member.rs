use serde::Serialize;
use stead_domain::{
    AvatarId,
    ports::store::{ChannelMember, MemberEntity},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{MemberRoleBody, Time, avatar_address, page::page_body};

/// A member of a channel.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChannelMember)]
pub struct ChannelMemberBody {
    /// Its place in the list of members.
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// A person, or an agent.
    pub kind: MemberKindBody,
    /// The person; null of an agent.
    #[schema(required = true)]
    pub user_id: Option<Uuid>,
    /// The agent; null of a person.
    #[schema(required = true)]
    pub agent_id: Option<Uuid>,
    /// Their handle.
    pub handle: String,
    /// What they are called.
    pub display_name: String,
    /// Where their picture is.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
    /// What they may do in the channel.
    pub role: MemberRoleBody,
    /// Since when they are in it.
    pub joined_at: Time,
}

/// Who can be in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MemberKind)]
pub enum MemberKindBody {
    User,
    Agent,
}

impl From<ChannelMember> for ChannelMemberBody {
    fn from(member: ChannelMember) -> Self {
        let ChannelMember { membership, who } = member;
        let (kind, user_id, agent_id, handle, display_name, avatar_url) = match who {
            MemberEntity::User(user) => (
                MemberKindBody::User,
                Some(user.id.uuid()),
                None,
                user.handle.as_str().to_owned(),
                user.display_name.into_string(),
                user.avatar.map(avatar_address),
            ),
            MemberEntity::Agent(agent) => (
                MemberKindBody::Agent,
                None,
                Some(agent.id.uuid()),
                agent.handle.as_str().to_owned(),
                agent.display_name.into_string(),
                agent.avatar_url,
            ),
        };
        Self {
            id: membership.id.uuid(),
            channel_id: membership.conversation_id.uuid(),
            kind,
            user_id,
            agent_id,
            handle,
            display_name,
            avatar_url,
            role: membership.role.into(),
            joined_at: Time(membership.joined_at),
        }
    }
}

impl ChannelMemberBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0021),
            channel_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0020),
            kind: MemberKindBody::User,
            user_id: Some(Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002)),
            agent_id: None,
            handle: "ann".to_owned(),
            display_name: "Ann".to_owned(),
            avatar_url: Some(avatar_address(AvatarId::new(Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0009)))),
            role: MemberRoleBody::Member,
            joined_at: Time::sample(0),
        }
    }
}

page_body! {
    /// A page of members, in the order of their `id`s: who was first in the channel first.
    pub struct ChannelMembersBody as ChannelMemberList {
        /// The members.
        members: ChannelMemberBody,
    }
    from ChannelMember, at |member| member.membership.id.uuid()
}
