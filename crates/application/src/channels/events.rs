use stead_domain::{
    ConversationId, OrganizationId, Timestamp, UserId,
    channel::{Channel, ChannelKind},
    event::{Audience, EventKind, NewEvent},
    membership::Participant,
};

/// What happened to a channel itself: of a public one everyone hears.
pub(crate) fn channel_event(channel: &Channel, kind: EventKind) -> NewEvent {
    let audience = match channel.kind {
        ChannelKind::Public => Audience::Organization,
        ChannelKind::Private | ChannelKind::Direct | ChannelKind::Group | ChannelKind::Assistant => Audience::Members,
    };
    NewEvent {
        organization_id: channel.organization_id,
        conversation_id: Some(channel.id),
        audience,
        kind,
        subject_id: channel.id.uuid(),
        subject_version: channel.version,
        at: channel.updated_at,
    }
}

/// What happened to a membership: for those who are members when it is told.
pub(super) fn member_event(
    organization: OrganizationId,
    channel: ConversationId,
    participant: Participant,
    kind: EventKind,
    at: Timestamp,
) -> NewEvent {
    NewEvent {
        organization_id: organization,
        conversation_id: Some(channel),
        audience: Audience::Members,
        kind,
        subject_id: participant.uuid(),
        subject_version: 1,
        at,
    }
}

/// Somebody is no longer a member: for those who are, and for a person themselves, who hears nothing else any more.
pub(super) fn removed(
    organization: OrganizationId,
    channel: ConversationId,
    participant: Participant,
    at: Timestamp,
) -> impl Iterator<Item = NewEvent> {
    let event = member_event(organization, channel, participant, EventKind::MemberRemoved, at);
    let own = participant.user().map(|user| for_user(event.clone(), user));
    std::iter::once(event).chain(own)
}

/// The same for one user alone.
pub(super) fn for_user(event: NewEvent, user: UserId) -> NewEvent {
    NewEvent { audience: Audience::User(user), ..event }
}
