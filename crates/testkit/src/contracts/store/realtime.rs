//! What a node asks to tell those connected to it of events.

use std::{collections::HashSet, sync::Arc};

use stead_domain::{
    ApiKeyId, SessionId, Timestamp,
    agent::{Agent, OwnerVisibility},
    api_key::ApiKey,
    channel::ChannelKind,
    feedback::{Feedback, Rating},
    membership::Participant,
    message::Message,
    organization::{Organization, RetentionDays},
    ports::store::{
        AgentChange, ApiKeyChange, Change, ChannelChange, FileChange, MessageChange, OrganizationChange, RoomMember,
        SessionChange, SetFeedback, Store, ThreadChange, UserChange,
    },
    run::RunStatus,
    session::Session,
    user::User,
};

use super::{
    channel_room::Room,
    expectations::{apply, apply_one},
    scenes::{ago, ahead, end_of, finish, insert_message, message_now, run_now, running_turn, thread_now},
};
use crate::builders::{self, Seed};

const DAY: u64 = 24 * 60 * 60;

/// From now on what is older than a month is not kept.
async fn keeps_a_month(store: &dyn Store, seed: &Seed) {
    let organization = Organization { retention: Some(RetentionDays::parse(30).unwrap()), ..seed.organization.clone() };
    apply_one(store, Change::Organization(OrganizationChange::Update(organization))).await;
}

async fn delete_thread(store: &dyn Store, seed: &Seed) {
    apply_one(store, Change::Thread(ThreadChange::Delete { conversation: seed.thread.id, at: builders::at() })).await;
}

pub async fn messages_of_threads_come_with_what_their_person_says(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (turn, said) = (seed.turn(&*store).await, other.messages(&*store, 1).await.remove(0));
    let feedback = Feedback { rating: Rating::Up, comment: None, updated_at: builders::at() };
    let set = SetFeedback {
        organization: seed.organization.id,
        conversation: seed.thread.id,
        message: turn.answer.id,
        user: seed.owner.id,
        feedback,
    };
    apply_one(&*store, Change::Message(MessageChange::SetFeedback(set))).await;
    let in_channel = Room::new(&*store).await.say(&*store, "Hello").await;
    let ids = vec![said.id, in_channel.id, turn.answer.id, builders::id()];
    let mut found = store.thread_messages_by_id(ids).await.unwrap();
    found.sort_by_key(|found| found.message.id);
    let mut expected = vec![message_now(&*store, &turn.answer).await, message_now(&*store, &said).await];
    expected.sort_by_key(|found| found.message.id);
    assert!(expected.iter().any(|message| message.feedback.is_some()));
    assert_eq!(found, expected);
    assert_eq!(store.thread_messages_by_id(Vec::new()).await.unwrap(), vec![]);
}

pub async fn messages_that_are_deleted_with_their_thread_or_not_kept_are_left_out(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let old = seed.messages(&*store, 1).await.remove(0);
    let fresh = Message { created_at: ago(&*store, 60).await, ..builders::user_message(&seed.thread, "Hello") };
    insert_message(&*store, &fresh).await;
    keeps_a_month(&*store, &seed).await;
    let found = store.thread_messages_by_id(vec![old.id, fresh.id]).await.unwrap();
    assert_eq!(found.iter().map(|found| found.message.id).collect::<Vec<_>>(), [fresh.id]);
    delete_thread(&*store, &seed).await;
    assert_eq!(store.thread_messages_by_id(vec![old.id, fresh.id]).await.unwrap(), vec![]);
}

pub async fn threads_come_with_what_their_agents_owner_may_read(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let open = Agent { owner_visibility: OwnerVisibility::Full, version: 2, ..other.agent.clone() };
    apply_one(&*store, Change::Agent(AgentChange::Update(open))).await;
    let ids = vec![other.thread.id, seed.thread.id, builders::id(), Room::new(&*store).await.channel.id];
    let mut found = store.threads_by_id(ids.clone()).await.unwrap();
    found.sort_by_key(|(thread, _)| thread.id);
    let expected = [
        (thread_now(&*store, &seed.thread).await, OwnerVisibility::Metadata),
        (thread_now(&*store, &other.thread).await, OwnerVisibility::Full),
    ];
    assert_eq!(found, expected);
    delete_thread(&*store, &seed).await;
    keeps_a_month(&*store, &other).await;
    assert_eq!(store.threads_by_id(ids.clone()).await.unwrap(), vec![]);
    let at = ago(&*store, 60).await;
    apply_one(&*store, Change::Thread(ThreadChange::Touch { conversation: other.thread.id, at })).await;
    assert_eq!(store.threads_by_id(ids).await.unwrap().len(), 1);
}

pub async fn runs_are_found_while_they_are_under_way_or_kept(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (turn, lease) = running_turn(&*store, &seed).await;
    let elsewhere = other.turn(&*store).await;
    let ids = vec![turn.run.id, elsewhere.run.id, builders::id()];
    let mut found = store.runs_by_id(ids.clone()).await.unwrap();
    found.sort_by_key(|run| run.id);
    assert_eq!(found, [run_now(&*store, &turn.run).await, run_now(&*store, &elsewhere.run).await]);
    keeps_a_month(&*store, &seed).await;
    assert_eq!(store.runs_by_id(vec![turn.run.id]).await.unwrap().len(), 1, "it is under way");
    finish(&*store, &lease, end_of(turn.run.id, RunStatus::Completed)).await;
    assert_eq!(store.runs_by_id(vec![turn.run.id]).await.unwrap(), vec![]);
    delete_thread(&*store, &other).await;
    assert_eq!(store.runs_by_id(ids).await.unwrap(), vec![]);
}

pub async fn files_of_all_organizations_are_found(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let files = [&seed.owner, &seed.owner, &other.owner].map(builders::file);
    apply(&*store, files.iter().map(|file| Change::File(FileChange::Insert(file.clone())))).await;
    apply_one(&*store, Change::File(FileChange::Delete(files[1].id))).await;
    let ids = files.iter().map(|file| file.id).chain([builders::id()]).collect();
    let mut found = store.files_by_id(ids).await.unwrap();
    found.sort_by_key(|file| file.id);
    assert_eq!(found, [files[0].clone(), files[2].clone()]);
}

pub async fn who_is_a_member_of_what_is_told_for_rooms_and_threads(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let (seed, member) = (&room.seed, &room.member);
    let other = Room::new(&*store).await;
    let (owner, outside) = (seed.owner.id, seed.another_user(&*store).await.id);
    let asked = async |users: &[&User]| {
        let rooms = vec![room.channel.id, seed.thread.id, builders::id()];
        let users = users.iter().map(|user| user.id).chain([outside, other.seed.owner.id]).collect();
        store.members_among(rooms, users).await.unwrap().into_iter().collect::<HashSet<_>>()
    };
    let in_room = |user| RoomMember { conversation: room.channel.id, user, in_thread: false };
    let in_thread = RoomMember { conversation: seed.thread.id, user: owner, in_thread: true };
    let both = [&seed.owner, member];
    assert_eq!(asked(&both).await, HashSet::from([in_room(owner), in_room(member.id), in_thread]));
    assert_eq!(asked(&[member]).await, HashSet::from([in_room(member.id)]));
    let (channel, at) = (room.channel.id, builders::at());
    let leave = ChannelChange::RemoveMember { channel, participant: Participant::User(member.id), at };
    apply_one(&*store, Change::Channel(leave)).await;
    assert_eq!(asked(&both).await, HashSet::from([in_room(owner), in_thread]));
    // Whoever was in it is told that it is gone.
    apply_one(&*store, Change::Channel(ChannelChange::Delete { channel, at })).await;
    delete_thread(&*store, seed).await;
    assert_eq!(asked(&both).await, HashSet::from([in_room(owner), in_thread]));
    assert_eq!(store.members_among(Vec::new(), vec![owner]).await.unwrap(), vec![]);
    assert_eq!(store.members_among(vec![channel], Vec::new()).await.unwrap(), vec![]);
}

/// A sign-in and a key of a user.
async fn credentials(store: &dyn Store, user: &User) -> (SessionId, ApiKeyId) {
    let expires_at = ahead(store, DAY).await;
    let session = Session { expires_at, ..builders::session(user) };
    let key = ApiKey { expires_at, ..builders::api_key(user) };
    let ids = (session.id, key.id);
    apply_one(store, Change::Session(SessionChange::Insert(session))).await;
    apply_one(store, Change::ApiKey(ApiKeyChange::Insert(key))).await;
    ids
}

pub async fn credentials_are_good_until_they_end_or_their_user_goes(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let (away, gone) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let mut all = Vec::new();
    for user in [&seed.owner, &seed.owner, &other.owner, &away, &gone] {
        all.push(credentials(&*store, user).await);
    }
    let good = async |now: Timestamp| {
        let (sessions, keys) = all.iter().copied().unzip();
        let (sessions, keys) = store.good_credentials(sessions, keys, now).await.unwrap();
        let (sessions, keys): (HashSet<_>, HashSet<_>) = (sessions.into_iter().collect(), keys.into_iter().collect());
        let place = |n: &usize| {
            assert_eq!(sessions.contains(&all[*n].0), keys.contains(&all[*n].1), "{n}");
            sessions.contains(&all[*n].0)
        };
        assert!(sessions.len() <= all.len() && keys.len() <= all.len());
        (0..all.len()).filter(place).collect::<Vec<_>>()
    };
    let now = store.now().await.unwrap();
    assert_eq!(good(now).await, [0, 1, 2, 3, 4]);
    assert_eq!(good(ahead(&*store, 2 * DAY).await).await, Vec::<usize>::new());
    let at = builders::at();
    apply(
        &*store,
        [
            Change::Session(SessionChange::Revoke { session: all[0].0, at }),
            Change::ApiKey(ApiKeyChange::Revoke { key: all[0].1, at }),
        ],
    )
    .await;
    let deactivated = User { deactivated_at: Some(at), version: 2, ..away.clone() };
    apply_one(&*store, Change::User(UserChange::Update(deactivated))).await;
    assert_eq!(good(now).await, [1, 2, 4]);
    apply_one(&*store, Change::User(UserChange::Update(User { version: 3, ..away }))).await;
    apply_one(&*store, Change::User(UserChange::Delete { user: gone.id, at })).await;
    assert_eq!(good(now).await, [1, 2, 3]);
    let (sessions, keys) = store.good_credentials(vec![builders::id()], vec![builders::id()], now).await.unwrap();
    assert!(sessions.is_empty() && keys.is_empty());
}

pub async fn rooms_are_listed_until_somebody_leaves_or_as_they_were_when_they_went(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let (seed, at) = (&room.seed, builders::at());
    let (mut rooms, agent) = (vec![room.channel.clone()], seed.another_agent(&*store).await);
    rooms.push(room.another(&*store).await.channel);
    for kind in [ChannelKind::Group, ChannelKind::Assistant] {
        let channel = builders::channel(&seed.owner, kind);
        let members = vec![builders::membership(&channel, seed.owner.id)];
        apply_one(&*store, Change::Channel(ChannelChange::Insert(channel.clone(), None, members))).await;
        if kind == ChannelKind::Group {
            rooms.push(channel);
        }
    }
    for channel in &rooms {
        let membership = builders::agent_membership(channel, agent.id);
        apply_one(&*store, Change::Channel(ChannelChange::PutMember(membership))).await;
    }
    let ids = |rooms: &[stead_domain::channel::Channel]| rooms.iter().map(|room| room.id).collect::<Vec<_>>();
    let (owner, agent_is) = (Participant::User(seed.owner.id), Participant::Agent(agent.id));
    let listed = async |who| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.rooms_of(seed.organization.id, who, after, 2).await.unwrap();
            after = page.last().map(|room| room.channel);
            found.extend(page);
            if after.is_none() {
                return found;
            }
        }
    };
    for who in [owner, agent_is] {
        let found = listed(who).await;
        assert!(found.iter().all(|room| room.successor.is_none()));
        assert_eq!(found.iter().map(|room| room.channel).collect::<Vec<_>>(), ids(&rooms));
        assert_eq!(store.rooms_of(builders::id(), who, None, 10).await.unwrap(), vec![]);
    }
    for participant in [owner, agent_is] {
        let leave = ChannelChange::RemoveMember { channel: rooms[2].id, participant, at };
        apply_one(&*store, Change::Channel(leave)).await;
    }
    let deleted = Agent { deleted_at: Some(builders::at()), version: 2, ..agent.clone() };
    apply_one(&*store, Change::Agent(AgentChange::Update(deleted))).await;
    let found = listed(agent_is).await;
    assert_eq!(found.iter().map(|room| room.channel).collect::<Vec<_>>(), ids(&rooms[..2]));
    apply_one(&*store, Change::User(UserChange::Delete { user: seed.owner.id, at: builders::at() })).await;
    let found = listed(owner).await;
    assert_eq!(found.iter().map(|room| room.channel).collect::<Vec<_>>(), ids(&rooms[..2]));
    assert!(found.iter().all(|found| found.successor == Some(room.member.id)), "{found:?}");
    apply_one(&*store, Change::Channel(ChannelChange::Delete { channel: rooms[0].id, at })).await;
    assert_eq!(listed(owner).await.len(), 1);
}
