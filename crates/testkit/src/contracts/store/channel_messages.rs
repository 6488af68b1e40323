//! What is said in channels.

use std::sync::Arc;

use futures_util::future::{join, join_all};
use stead_domain::{
    ConversationId, UserId,
    channel::{ChannelKind, MemberRole, Mention},
    membership::Participant,
    message::{Author, Message, MessageRole},
    page::{Position, Slice},
    ports::store::{
        Change, ChannelChange, ChannelMessage, ChannelMessageChange, ChannelMessageFilter, Guard, MessageChange,
        Sender, Speaker, Store, UniqueKey, UserChange,
    },
    text::Handle,
    user::User,
};
use uuid::Uuid;

use super::{
    channel_room::{Room, change, mention, speaker},
    expectations::{apply_one, conflict_of},
    paging_model::every_page_is_right,
    scenes::{insert_message, page},
};
use crate::builders;

pub async fn a_sender_is_known_with_their_channel(store: Arc<dyn Store>) {
    let room = Room::of_kind(&*store, ChannelKind::Group).await;
    let (organization, channel) = (room.seed.organization.id, room.channel.id);
    let find = async |user: UserId| store.find_sender(organization, channel, user).await.unwrap();
    let owner = find(room.seed.owner.id).await;
    let user = speaker(&room.seed.owner);
    assert_eq!(owner, Some(Sender { kind: ChannelKind::Group, role: Some(MemberRole::Admin), user }));
    assert_eq!(find(room.member.id).await.and_then(|sender| sender.role), Some(MemberRole::Member));
    let outsider = room.seed.another_user(&*store).await;
    assert_eq!(find(outsider.id).await.map(|sender| sender.role), Some(None));
    assert_eq!(find(builders::id()).await, None);

    let remove =
        ChannelChange::RemoveMember { channel, participant: Participant::User(room.member.id), at: builders::at() };
    apply_one(&*store, Change::Channel(remove)).await;
    assert_eq!(find(room.member.id).await.map(|sender| sender.role), Some(None));
}

pub async fn nobody_sends_to_what_is_no_channel_of_theirs(store: Arc<dyn Store>) {
    let (room, other) = (Room::new(&*store).await, Room::new(&*store).await);
    let find = async |organization, channel: ConversationId, user: &User| {
        store.find_sender(organization, channel, user.id).await.unwrap()
    };
    let own = room.seed.organization.id;
    assert_eq!(find(own, room.seed.thread.id, &room.seed.owner).await, None);
    assert_eq!(find(own, other.channel.id, &room.seed.owner).await, None);
    assert_eq!(find(other.seed.organization.id, other.channel.id, &room.seed.owner).await, None);
    let delete = ChannelChange::Delete { channel: room.channel.id, at: builders::at() };
    apply_one(&*store, Change::Channel(delete)).await;
    assert_eq!(find(own, room.channel.id, &room.seed.owner).await, None);
}

pub async fn handles_mean_members_and_agents_of_the_channel(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let outsider = room.seed.another_user(&*store).await;
    let (agent, stranger) = (room.seed.another_agent(&*store).await, room.seed.another_agent(&*store).await);
    let member = builders::agent_membership(&room.channel, agent.id);
    apply_one(&*store, Change::Channel(ChannelChange::PutMember(member))).await;
    let handles = [&room.member.handle, &outsider.handle, &agent.handle, &stranger.handle];
    let find = async || {
        let handles: Vec<Handle> = handles.into_iter().cloned().collect();
        let mut found = store.find_mentioned(room.channel.id, handles).await.unwrap();
        found.sort();
        found
    };
    let mut expected = vec![
        (room.member.handle.clone(), Mention::User(room.member.id)),
        (agent.handle.clone(), Mention::Agent(agent.id)),
    ];
    expected.sort();
    assert_eq!(find().await, expected);
    assert_eq!(store.find_mentioned(room.channel.id, vec![]).await.unwrap(), vec![]);

    let gone = User { deactivated_at: Some(builders::at()), ..room.member.clone() };
    apply_one(&*store, Change::User(UserChange::Update(gone))).await;
    assert_eq!(find().await, [(agent.handle.clone(), Mention::Agent(agent.id))]);
}

pub async fn a_channel_message_is_read_with_who_wrote_it(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let said = room.say(&*store, "Hello").await;
    let agent = &room.seed.agent;
    let in_stead = Author::Agent { agent: agent.id, on_behalf_of: Some(room.member.id) };
    let answer = Message { author: in_stead, role: MessageRole::Assistant, from_ai: true, ..room.message("Hi") };
    let system = Message { author: Author::System, role: MessageRole::System, ..room.message("Welcome") };
    insert_message(&*store, &answer).await;
    insert_message(&*store, &system).await;
    let listed = room.listed(&*store).await;
    let messages: Vec<_> = listed.iter().map(|said| said.message.clone()).collect();
    assert_eq!(messages, [said.clone(), answer, system]);
    let agent = Speaker::Agent {
        id: agent.id,
        handle: agent.handle.clone(),
        display_name: agent.display_name.clone(),
        avatar_url: agent.avatar_url.clone(),
    };
    let authors: Vec<_> = listed.iter().map(|said| said.author.clone()).collect();
    assert_eq!(authors, [Some(speaker(&room.seed.owner)), Some(agent), None]);
    let stead: Vec<_> = listed.iter().map(|said| said.on_behalf_of.clone()).collect();
    assert_eq!(stead, [None, Some(speaker(&room.member)), None]);
    assert_eq!(room.now(&*store, said.id).await, listed[0]);
    assert_eq!(listed[0], ChannelMessage::just_sent(said, speaker(&room.seed.owner), vec![]));
}

pub async fn of_a_deleted_author_the_id_is_left(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let said = builders::channel_message(&room.channel, room.member.id, "Hello");
    insert_message(&*store, &said).await;
    apply_one(&*store, Change::User(UserChange::Delete { user: room.member.id, at: builders::at() })).await;
    let gone = Speaker::User { id: room.member.id, handle: None, display_name: None, avatar: None };
    assert_eq!(room.now(&*store, said.id).await.author, Some(gone));
}

pub async fn a_channel_message_is_found_where_it_is_alone(store: Arc<dyn Store>) {
    let (room, other) = (Room::new(&*store).await, Room::new(&*store).await);
    let said = room.say(&*store, "Hello").await;
    let of_thread = &room.seed.messages(&*store, 1).await[0];
    let reader = room.seed.owner.id;
    let find = async |organization, id| store.find_channel_message(organization, id, reader).await.unwrap();
    assert!(find(room.seed.organization.id, said.id).await.is_some());
    assert_eq!(find(other.seed.organization.id, said.id).await, None);
    assert_eq!(find(room.seed.organization.id, of_thread.id).await, None);
    assert_eq!(find(room.seed.organization.id, builders::id()).await, None);
    let foreign = ChannelMessageFilter {
        organization: other.seed.organization.id,
        ..room.filter(None, page(Position::Newest, 10))
    };
    assert_eq!(store.list_channel_messages(foreign).await.unwrap().items, vec![]);

    let delete = ChannelChange::Delete { channel: room.channel.id, at: builders::at() };
    apply_one(&*store, Change::Channel(delete)).await;
    assert_eq!(find(room.seed.organization.id, said.id).await, None);
    assert_eq!(room.listed(&*store).await, vec![]);
    assert_eq!(store.channel_messages_now(vec![said.id]).await.unwrap(), vec![]);
}

pub async fn channel_messages_are_known_by_their_ids(store: Arc<dyn Store>) {
    let (room, other) = (Room::new(&*store).await, Room::new(&*store).await);
    let (first, second) = (room.say(&*store, "One").await, other.say(&*store, "Two").await);
    apply_one(&*store, room.react(&first, "👍", room.seed.owner.id)).await;
    let of_thread = &room.seed.messages(&*store, 1).await[0];
    let asked = vec![second.id, of_thread.id, first.id, builders::id(), first.id];
    let now = store.channel_messages_now(asked).await.unwrap();
    let messages: Vec<_> = now.iter().map(|said| said.message.clone()).collect();
    assert_eq!(messages, [first, second]);
    assert!(now[0].reactions.iter().all(|reactions| reactions.count == 1 && !reactions.me));
    assert_eq!(store.channel_messages_now(vec![]).await.unwrap(), vec![]);

    let mut many = Vec::new();
    for n in 0..120 {
        many.push(room.say(&*store, &n.to_string()).await.id);
    }
    let now = store.channel_messages_now(many.clone()).await.unwrap();
    assert_eq!(now.into_iter().map(|said| said.message.id).collect::<Vec<_>>(), many);
}

pub async fn channel_messages_are_listed_in_pages(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let elsewhere = room.another(&*store).await;
    let mut ids: Vec<Uuid> = Vec::new();
    for n in 0..9 {
        let said = room.say(&*store, "Hello").await;
        elsewhere.say(&*store, "Hello").await;
        if n % 3 == 1 {
            apply_one(&*store, room.delete(&said)).await;
        }
        ids.push(said.id.uuid());
    }
    let ids_of = |slice: Slice<ChannelMessage>| Slice {
        items: slice.items.into_iter().map(|item| item.message.id.uuid()).collect(),
        has_older: slice.has_older,
        has_newer: slice.has_newer,
    };
    every_page_is_right(&ids, async |page| ids_of(store.list_channel_messages(room.filter(None, page)).await.unwrap()))
        .await;

    let root = room.say(&*store, "And?").await;
    let mut replies: Vec<Uuid> = Vec::new();
    for _ in 0..5 {
        replies.push(room.reply(&*store, &root).await.id.uuid());
        room.say(&*store, "Hello").await;
    }
    every_page_is_right(&replies, async |page| {
        ids_of(store.list_channel_messages(room.filter(Some(root.id), page)).await.unwrap())
    })
    .await;
}

pub async fn replies_are_counted_unless_they_are_deleted(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let root = room.say(&*store, "And?").await;
    let first = room.reply(&*store, &root).await;
    room.reply(&*store, &root).await;
    room.reply(&*store, &first).await;
    assert_eq!(room.now(&*store, root.id).await.reply_count, 2);
    assert_eq!(room.now(&*store, first.id).await.reply_count, 1);
    apply_one(&*store, room.delete(&first)).await;
    assert_eq!(room.now(&*store, root.id).await.reply_count, 1);
    assert_eq!(room.now(&*store, first.id).await.reply_count, 1);
}

pub async fn what_was_sent_under_an_id_of_ones_own_is_found(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let client_id = builders::uuid();
    let said = Message { client_id: Some(client_id), ..room.message("One") };
    insert_message(&*store, &said).await;
    let again = Message { client_id: Some(client_id), ..room.message("One") };
    let insert = |message: &Message| Change::Message(MessageChange::Insert(message.clone()));
    assert_eq!(conflict_of(&*store, insert(&again)).await, UniqueKey::MessageClientId);
    let of_another = Message { author: Author::User(room.member.id), ..again };
    insert_message(&*store, &of_another).await;

    let find = async |author: UserId, id: Uuid| {
        let found = store.find_sent(room.seed.organization.id, author, id).await.unwrap();
        found.map(|sent| (sent.message.message.id, sent.message.message.content, sent.first_content))
    };
    let one = || "One".to_owned();
    assert_eq!(find(room.seed.owner.id, client_id).await, Some((said.id, one(), one())));
    assert_eq!(find(room.seed.owner.id, builders::uuid()).await, None);
    assert_eq!(find(room.member.id, client_id).await, Some((of_another.id, one(), one())));
    apply_one(&*store, change(ChannelMessageChange::Edit(room.edit(&said, "Two", vec![])))).await;
    assert_eq!(find(room.seed.owner.id, client_id).await, Some((said.id, "Two".to_owned(), one())));
}

pub async fn many_replies_at_once_are_all_there(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    let root = room.say(&*store, "And?").await;
    let commits: Vec<_> = (0..40)
        .map(|n| {
            let said = Message { reply_to_id: Some(root.id), ..room.message(&n.to_string()) };
            let guards = [
                Guard::Member { conversation: room.channel.id, user: room.seed.owner.id },
                Guard::Message { conversation: room.channel.id, message: root.id },
            ];
            let noted = mention(&room, &said, vec![Mention::User(room.member.id), Mention::Here]);
            builders::guarded(guards, [Change::Message(MessageChange::Insert(said)), noted])
        })
        .collect();
    let member = Guard::Member { conversation: room.channel.id, user: room.seed.owner.id };
    let delete = store.commit(builders::guarded([member], [room.delete(&root)]));
    let posts = join_all(commits.into_iter().map(|commit| store.commit(commit)));
    let (posts, deleted) = join(posts, delete).await;
    deleted.unwrap();
    let stored = posts.iter().filter(|post| post.is_ok()).count() as i64;
    let organization = room.channel.organization_id;
    let root = store.find_channel_message(organization, root.id, room.member.id).await.unwrap().unwrap();
    assert_eq!(root.reply_count, stored);
    let filter = ChannelMessageFilter {
        organization,
        channel: room.channel.id,
        replies_to: Some(root.message.id),
        reader: room.member.id,
        page: page(Position::Newest, 100),
    };
    let replies = store.list_channel_messages(filter).await.unwrap().items;
    assert_eq!(replies.len() as i64, stored);
    assert!(replies.iter().all(|said| said.mentions == [Mention::User(room.member.id), Mention::Here]));
}

pub async fn threads_do_not_show_what_is_said_in_channels(store: Arc<dyn Store>) {
    let room = Room::new(&*store).await;
    room.say(&*store, "Hello").await;
    let of_thread = room.seed.messages(&*store, 2).await;
    let listed = super::scenes::message_ids(&*store, &room.seed.thread).await;
    assert_eq!(listed, of_thread.iter().map(|message| message.id).collect::<Vec<_>>());
    let as_channel =
        ChannelMessageFilter { channel: room.seed.thread.id, ..room.filter(None, page(Position::Newest, 10)) };
    assert_eq!(store.list_channel_messages(as_channel).await.unwrap().items, vec![]);
}
