//! Rooms of several people, and what is said in them: for what the read gate and the search promise.

use stead_domain::{
    ConversationId,
    channel::{Channel, ChannelKind, ChannelName, ConversationKey, MemberRole, Topic},
    membership::{Membership, Participant},
    message::{Author, Message},
    ports::store::{Change, ChannelChange, MessageChange, Outcome, Store},
    user::User,
};

use super::expectations::{apply, apply_one};
use crate::builders;

/// A private channel of these people, of whom the first made it.
pub(super) async fn channel_of(store: &dyn Store, people: &[&User]) -> Channel {
    let (channel, insert) = new_channel(people);
    assert_eq!(apply(store, [insert]).await, [Outcome::Inserted]);
    channel
}

/// The same, and the change that makes it.
pub(super) fn new_channel(people: &[&User]) -> (Channel, Change) {
    let id: ConversationId = builders::id();
    let name = ChannelName::parse(&format!("room-{}", id.uuid().simple())).unwrap();
    let channel = Channel {
        id,
        organization_id: people[0].organization_id,
        kind: ChannelKind::Private,
        name: Some(name.clone()),
        topic: Topic::parse("").unwrap(),
        agent_id: None,
        agent_personality: None,
        created_by: people[0].id,
        version: 1,
        created_at: builders::at(),
        updated_at: builders::at(),
    };
    let members = people.iter().map(|user| membership(&channel, user)).collect();
    let insert = ChannelChange::Insert(channel.clone(), Some(ConversationKey::Name(name)), members);
    (channel, Change::Channel(insert))
}

fn membership(channel: &Channel, user: &User) -> Membership {
    Membership {
        id: builders::id(),
        organization_id: channel.organization_id,
        conversation_id: channel.id,
        participant: Participant::User(user.id),
        role: MemberRole::Member,
        joined_at: builders::at(),
    }
}

pub(super) async fn joins(store: &dyn Store, channel: &Channel, user: &User) {
    apply_one(store, Change::Channel(ChannelChange::PutMember(membership(channel, user)))).await;
}

pub(super) async fn leaves(store: &dyn Store, channel: &Channel, user: &User) {
    let participant = Participant::User(user.id);
    let remove = ChannelChange::RemoveMember { channel: channel.id, participant, at: builders::at() };
    assert_eq!(apply_one(store, Change::Channel(remove)).await, Outcome::Updated);
}

/// Somebody says something in a channel.
pub(super) async fn says(store: &dyn Store, channel: &Channel, user: &User, content: &str) -> Message {
    let said = in_channel(channel, user, content);
    assert_eq!(apply_one(store, Change::Message(MessageChange::Insert(said.clone()))).await, Outcome::Inserted);
    said
}

/// What somebody says in a channel.
pub(super) fn in_channel(channel: &Channel, user: &User, content: &str) -> Message {
    let thread = stead_domain::thread::Thread {
        id: channel.id,
        organization_id: channel.organization_id,
        user_id: user.id,
        ..builders::thread(&builders::agent(&builders::organization()), user)
    };
    Message { author: Author::User(user.id), ..builders::user_message(&thread, content) }
}
