use stead_domain::{
    AgentId, ConversationId, Json, MessageId, UserId,
    channel::{Channel, ChannelKind, ChannelName, ConversationKey, MemberRole},
    membership::{Membership, Participant},
    message::{Author, Message, MessageRole, MessageStatus},
    text::Text,
    user::User,
};

use super::minted::{id, number_of, time_of};

/// A channel of a kind; named ones have a name of their own.
pub fn channel(creator: &User, kind: ChannelKind) -> Channel {
    let id: ConversationId = id();
    let name = format!("channel-{}", number_of(id));
    Channel {
        id,
        organization_id: creator.organization_id,
        kind,
        name: kind.is_named().then(|| ChannelName::parse(&name).unwrap()),
        topic: Text::parse("").unwrap(),
        agent_id: None,
        agent_personality: None,
        created_by: creator.id,
        version: 1,
        created_at: time_of(id),
        updated_at: time_of(id),
    }
}

/// The key of a named channel.
pub fn name_key(channel: &Channel) -> Option<ConversationKey> {
    channel.name.clone().map(ConversationKey::Name)
}

/// That a user is a plain member of a channel.
pub fn membership(channel: &Channel, user: UserId) -> Membership {
    member(channel, Participant::User(user), MemberRole::Member)
}

/// That a user is an admin of a channel.
pub fn channel_admin(channel: &Channel, user: UserId) -> Membership {
    member(channel, Participant::User(user), MemberRole::Admin)
}

/// That an agent is a member of a channel.
pub fn agent_membership(channel: &Channel, agent: AgentId) -> Membership {
    member(channel, Participant::Agent(agent), MemberRole::Member)
}

fn member(channel: &Channel, participant: Participant, role: MemberRole) -> Membership {
    let id = id();
    Membership {
        id,
        organization_id: channel.organization_id,
        conversation_id: channel.id,
        participant,
        role,
        joined_at: time_of(id),
    }
}

/// What a user says in a channel.
pub fn channel_message(channel: &Channel, user: UserId, content: &str) -> Message {
    let id: MessageId = id();
    Message {
        id,
        organization_id: channel.organization_id,
        conversation_id: channel.id,
        author: Author::User(user),
        role: MessageRole::User,
        from_ai: false,
        content: content.to_owned(),
        content_html: format!("<p>{content}</p>"),
        metadata: Json::empty(),
        reply_to_id: None,
        branch_parent_id: None,
        active: true,
        run_id: None,
        status: MessageStatus::Complete,
        client_id: None,
        version: 1,
        created_at: time_of(id),
        edited_at: None,
        deleted_at: None,
    }
}
