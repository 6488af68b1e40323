//! What comes from elsewhere, and what is handed out.

use std::sync::Arc;

use stead_domain::{
    ConversationId, MessageId, UserId,
    channel::{ChannelKind, Mention},
    message::Message,
    ports::store::{Attach, Change, ChannelChange, ExportedMessage, FileChange, Store, ThreadChange, UserChange},
    user::User,
};

use super::{
    channel_room::{Room, mention},
    expectations::{apply, apply_one},
};
use crate::builders::{self, Seed};

async fn exported(store: &dyn Store, conversation: ConversationId, after: Option<MessageId>) -> Vec<ExportedMessage> {
    store.export_messages(conversation, after, 100).await.unwrap()
}

pub async fn messages_that_exist_are_known_by_their_ids(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let (one, gone) = (room.say(&*store, "One").await, room.say(&*store, "Gone").await);
    apply_one(&*store, room.delete(&gone)).await;
    let asked = vec![builders::id(), gone.id, one.id];
    let mut found = store.messages_that_exist(asked).await.unwrap();
    found.sort_unstable();
    assert_eq!(found, [one.id, gone.id]);
    assert_eq!(store.messages_that_exist(Vec::new()).await.unwrap(), []);
}

pub async fn a_person_is_found_by_address_whether_they_sign_in_or_not(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let away = User { deactivated_at: Some(builders::at()), ..builders::user(&seed.organization) };
    apply_one(&*store, Change::User(UserChange::Insert(away.clone(), None))).await;
    for user in [&seed.owner, &away] {
        let email = user.email.clone().unwrap();
        assert_eq!(store.find_by_email(&email).await.unwrap().map(|found| found.id), Some(user.id));
    }
    let gone = UserChange::Delete { user: away.id, at: builders::at() };
    apply_one(&*store, Change::User(gone)).await;
    assert_eq!(store.find_by_email(&away.email.unwrap()).await.unwrap(), None);
}

pub async fn every_channel_and_thread_is_handed_out_but_what_is_deleted(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let other = room.another(&*store).await;
    let gone = room.another(&*store).await;
    let elsewhere = Room::of_kind(&*store, ChannelKind::Public).await;
    let at = builders::at();
    apply_one(&*store, Change::Channel(ChannelChange::Delete { channel: gone.channel.id, at })).await;
    let organization = room.seed.organization.id;
    let channels = async |after, limit| store.export_channels(organization, after, limit).await.unwrap();
    assert_eq!(channels(None, 10).await, [room.channel.clone(), other.channel.clone()]);
    assert_eq!(channels(None, 1).await, std::slice::from_ref(&room.channel));
    assert_eq!(channels(Some(room.channel.id), 10).await, std::slice::from_ref(&other.channel));
    let second = room.seed.another_thread(&*store).await;
    let gone = room.seed.another_thread(&*store).await;
    apply_one(&*store, Change::Thread(ThreadChange::Delete { conversation: gone.id, at })).await;
    let threads = async |after| store.export_threads(organization, after, 10).await.unwrap();
    assert_eq!(threads(None).await, [room.seed.thread.clone(), second.clone()]);
    assert_eq!(threads(Some(room.seed.thread.id)).await, [second]);
    let theirs = store.export_threads(elsewhere.seed.organization.id, None, 10).await.unwrap();
    assert_eq!(theirs, std::slice::from_ref(&elsewhere.seed.thread));
}

pub async fn members_are_handed_out_the_deactivated_too(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let left = room.seed.another_user(&*store).await;
    let joins = Change::Channel(ChannelChange::PutMember(builders::membership(&room.channel, left.id)));
    let away = User { deactivated_at: Some(builders::at()), version: 2, ..room.member.clone() };
    apply(&*store, [joins, Change::User(UserChange::Update(away))]).await;
    let participant = stead_domain::membership::Participant::User(left.id);
    let leaves = ChannelChange::RemoveMember { channel: room.channel.id, participant, at: builders::at() };
    apply_one(&*store, Change::Channel(leaves)).await;
    let members = store.export_members(room.channel.id).await.unwrap();
    let users: Vec<Option<UserId>> = members.iter().map(|member| member.participant.user()).collect();
    assert_eq!(users, [Some(room.seed.owner.id), Some(room.member.id)]);
}

pub async fn messages_are_handed_out_with_all_that_hangs_on_them(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let (said, gone) = (room.say(&*store, "@here").await, room.say(&*store, "Gone").await);
    let file = builders::file(&room.seed.owner);
    let attach = Attach {
        organization: room.seed.organization.id,
        conversation: room.channel.id,
        message: Some(said.id),
        files: vec![file.id],
    };
    let changes = [
        Change::File(FileChange::Insert(file.clone())),
        Change::File(FileChange::Attach(attach)),
        mention(&room, &said, vec![Mention::Here, Mention::User(room.member.id)]),
        room.react(&said, "👍", room.member.id),
        room.react(&said, "🎉", room.seed.owner.id),
        room.react(&gone, "👍", room.member.id),
        room.delete(&gone),
    ];
    apply(&*store, changes).await;
    let all = exported(&*store, room.channel.id, None).await;
    let messages: Vec<&Message> = all.iter().map(|exported| &exported.message).collect();
    assert_eq!((messages.len(), messages[0], messages[1].id), (2, &said, gone.id));
    assert_eq!(all[0].mentions, [Mention::Here, Mention::User(room.member.id)]);
    let mut reactions: Vec<_> = all[0].reactions.iter().map(|(user, emoji, _)| (*user, emoji.as_str())).collect();
    reactions.sort_unstable();
    let mut expected = vec![(room.member.id, "👍"), (room.seed.owner.id, "🎉")];
    expected.sort_unstable();
    assert_eq!((reactions, &all[0].files), (expected, &vec![file.id]));
    assert!(all[1].message.deleted_at.is_some() && all[1].reactions.is_empty());
    assert_eq!(exported(&*store, room.channel.id, Some(said.id)).await.len(), 1);
    assert!(exported(&*store, room.channel.id, Some(gone.id)).await.is_empty());
    assert_eq!(exported(&*store, room.seed.thread.id, None).await, []);
}
