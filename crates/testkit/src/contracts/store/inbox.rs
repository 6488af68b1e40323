//! The conversations of a person as an inbox.

use std::{collections::HashMap, sync::Arc};

use stead_domain::{
    ConversationId,
    agent::{Agent, OwnerVisibility},
    channel::{Channel, ChannelKind, ConversationKey},
    message::{Message, MessageStatus},
    page::{Page, Position},
    ports::store::{
        AgentChange, Change, ChannelChange, ChannelMessageChange, InboxConversation, InboxFilter, InboxKind,
        ReadMarker, Speaker, Store, ThreadChange, UniqueKey, UserChange,
    },
    text::Text,
    thread::Thread,
    user::User,
};

use super::{
    expectations::{apply_one, conflict_of},
    paging_model::every_page_is_right,
    scenes::{insert_message, page},
};
use crate::builders::{self, Seed};

/// Stores the direct channel of two people.
async fn direct(store: &dyn Store, one: &User, other: &User) -> Channel {
    let channel = builders::channel(one, ChannelKind::Direct);
    let first = vec![builders::membership(&channel, one.id), builders::membership(&channel, other.id)];
    let key = Some(ConversationKey::Direct(one.id, other.id));
    apply_one(store, Change::Channel(ChannelChange::Insert(channel.clone(), key, first))).await;
    channel
}

fn thread_of(agent: &Agent, user: &User) -> Thread {
    Thread { inbox: true, ..builders::thread(agent, user) }
}

fn insert(thread: &Thread) -> Change {
    Change::Thread(ThreadChange::Insert(thread.clone(), builders::id()))
}

async fn stored(store: &dyn Store, thread: Thread) -> Thread {
    apply_one(store, insert(&thread)).await;
    thread
}

/// Stores an agent of somebody's, with whose threads they may do so much.
async fn agent_of(store: &dyn Store, owner: &User, visibility: OwnerVisibility) -> Agent {
    let agent = Agent { owner_visibility: visibility, ..builders::personal_agent(owner) };
    apply_one(store, Change::Agent(AgentChange::Insert(agent.clone()))).await;
    agent
}

async fn say(store: &dyn Store, message: Message) -> Message {
    insert_message(store, &message).await;
    message
}

fn filter(user: &User, page: Page) -> InboxFilter {
    InboxFilter { organization: user.organization_id, user: user.id, kind: None, search: None, page }
}

/// All of it, oldest first.
async fn inbox(store: &dyn Store, user: &User) -> Vec<InboxConversation> {
    store.list_inbox(filter(user, page(Position::Newest, 100))).await.unwrap().items
}

fn ids(conversations: &[InboxConversation]) -> Vec<ConversationId> {
    conversations.iter().map(|conversation| conversation.id).collect()
}

pub async fn an_inbox_has_direct_channels_and_its_own_threads(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (bob, eve) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let helper = agent_of(&*store, &bob, OwnerVisibility::Full).await;
    let with_bob = direct(&*store, &seed.owner, &bob).await;
    direct(&*store, &bob, &eve).await;
    let with_agent = stored(&*store, thread_of(&seed.agent, &seed.owner)).await;
    let with_helper = stored(&*store, thread_of(&helper, &seed.owner)).await;
    stored(&*store, thread_of(&helper, &eve)).await;
    seed.another_thread(&*store).await;
    let said = say(&*store, builders::channel_message(&with_bob, bob.id, "Hello")).await;

    let seen = inbox(&*store, &seed.owner).await;
    assert_eq!(ids(&seen), [with_agent.id, with_helper.id, with_bob.id], "by the newest message, or their own ids");
    let speaker = |user: &User| Speaker::User {
        id: user.id,
        handle: Some(user.handle.clone()),
        display_name: Some(user.display_name.clone()),
        avatar: user.avatar,
    };
    let expected = InboxConversation {
        id: with_bob.id,
        place: said.id.uuid(),
        other: Some(speaker(&bob)),
        agent: None,
        last_message_at: said.created_at,
        last_message: Some("Hello".to_owned()),
        unread_count: 1,
    };
    assert_eq!(seen[2], expected);
    let of_thread = |thread: &Thread, agent: &Agent, other| InboxConversation {
        id: thread.id,
        place: thread.id.uuid(),
        other,
        agent: Some(Box::new(agent.clone())),
        last_message_at: thread.created_at,
        last_message: None,
        unread_count: 0,
    };
    assert_eq!(seen[0], of_thread(&with_agent, &seed.agent, None));
    assert_eq!(seen[1], of_thread(&with_helper, &helper, Some(speaker(&bob))));
    let other = Seed::commit(&*store).await;
    let elsewhere =
        InboxFilter { organization: other.organization.id, ..filter(&seed.owner, page(Position::Newest, 9)) };
    assert_eq!(store.list_inbox(elsewhere).await.unwrap().items, []);
}

pub async fn what_is_new_in_an_inbox_is_what_is_whole_and_unread(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let thread = stored(&*store, thread_of(&seed.agent, &seed.owner)).await;
    let asked = say(&*store, builders::user_message(&thread, "A question")).await;
    let answered = say(&*store, builders::assistant_message(&thread, "An answer")).await;
    for status in [MessageStatus::Queued, MessageStatus::Streaming] {
        say(&*store, Message { status, ..builders::assistant_message(&thread, "") }).await;
    }
    say(&*store, Message { active: false, ..builders::assistant_message(&thread, "Another branch") }).await;
    let now = async || {
        let seen = inbox(&*store, &seed.owner).await;
        (seen[0].place, seen[0].last_message.clone(), seen[0].unread_count)
    };
    assert_eq!(now().await, (answered.id.uuid(), Some("An answer".to_owned()), 1));
    let read = async |message: &Message| {
        let marker = ReadMarker {
            conversation_id: thread.id,
            user_id: seed.owner.id,
            message_id: message.id,
            updated_at: builders::at(),
        };
        let organization = seed.organization.id;
        apply_one(&*store, Change::Channel(ChannelChange::MoveReadMarker { organization, marker })).await;
    };
    read(&asked).await;
    assert_eq!(now().await.2, 1);
    read(&answered).await;
    assert_eq!(now().await.2, 0);
    let bob = seed.another_user(&*store).await;
    let channel = direct(&*store, &seed.owner, &bob).await;
    let first = say(&*store, builders::channel_message(&channel, bob.id, "First")).await;
    let second = say(&*store, builders::channel_message(&channel, bob.id, "Second")).await;
    let gone = ChannelMessageChange::Delete { channel: channel.id, message: second.id, at: builders::at() };
    apply_one(&*store, Change::ChannelMessage(gone)).await;
    let seen = inbox(&*store, &seed.owner).await;
    assert_eq!((seen[1].place, seen[1].unread_count), (first.id.uuid(), 1), "what is deleted is not shown");
}

pub async fn a_beginning_is_enough_of_a_long_message(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let thread = stored(&*store, thread_of(&seed.agent, &seed.owner)).await;
    say(&*store, builders::user_message(&thread, &"é".repeat(40_000))).await;
    assert_eq!(inbox(&*store, &seed.owner).await[0].last_message, Some("é".repeat(1_000)));
}

pub async fn an_inbox_is_listed_in_pages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut channels = Vec::new();
    for _ in 0..7 {
        let other = seed.another_user(&*store).await;
        channels.push(direct(&*store, &seed.owner, &other).await);
    }
    // Those that were begun first have the newest messages.
    for channel in channels.iter().take(4).rev() {
        say(&*store, builders::channel_message(channel, seed.owner.id, "Hello")).await;
    }
    let seen = inbox(&*store, &seed.owner).await;
    let places: HashMap<ConversationId, uuid::Uuid> = seen.iter().map(|one| (one.id, one.place)).collect();
    let order: Vec<uuid::Uuid> = seen.iter().map(|conversation| conversation.place).collect();
    every_page_is_right(&order, async |page| {
        let slice = store.list_inbox(filter(&seed.owner, page)).await.unwrap();
        stead_domain::page::Slice {
            items: slice.items.iter().map(|conversation| places[&conversation.id]).collect(),
            has_older: slice.has_older,
            has_newer: slice.has_newer,
        }
    })
    .await;
    // A conversation stands for its place.
    let before = page(Position::Before(seen[3].id.uuid()), 100);
    assert_eq!(ids(&store.list_inbox(filter(&seed.owner, before)).await.unwrap().items), ids(&seen[..3]));
}

pub async fn an_inbox_is_searched_by_who_is_in_it(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let named = async |name: &str| {
        let user = seed.another_user(&*store).await;
        let user = User { display_name: Text::parse(name).unwrap(), version: 2, ..user };
        apply_one(&*store, Change::User(UserChange::Update(user.clone()))).await;
        user
    };
    let (zoe, eve) = (named("Zoë 100%").await, named("Eve").await);
    let agent = Agent { display_name: Text::parse("Zoom").unwrap(), ..builders::personal_agent(&eve) };
    apply_one(&*store, Change::Agent(AgentChange::Insert(agent.clone()))).await;
    let (with_zoe, with_eve) = (direct(&*store, &seed.owner, &zoe).await, direct(&*store, &seed.owner, &eve).await);
    let with_agent = stored(&*store, thread_of(&agent, &seed.owner)).await;
    let found = async |search: &str, kind| {
        let search = Some(Text::parse(search).unwrap());
        let filter = InboxFilter { search, kind, ..filter(&seed.owner, page(Position::Newest, 100)) };
        ids(&store.list_inbox(filter).await.unwrap().items)
    };
    assert_eq!(found("zo", None).await, [with_zoe.id, with_agent.id]);
    assert_eq!(found("ZOË", None).await, [with_zoe.id]);
    assert_eq!(found("0%", None).await, [with_zoe.id]);
    assert_eq!(found("%", Some(InboxKind::Agent)).await, []);
    assert_eq!(found("eve", None).await, [with_eve.id, with_agent.id], "an agent is its owner's");
    assert_eq!(found("zo", Some(InboxKind::Profile)).await, [with_zoe.id]);
    assert_eq!(found("zo", Some(InboxKind::Agent)).await, [with_agent.id]);
    assert_eq!(found("nobody", None).await, []);
}

pub async fn a_person_and_an_agent_have_one_thread_in_the_inbox(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let find = async || store.find_inbox_thread(seed.organization.id, seed.owner.id, seed.agent.id).await.unwrap();
    assert_eq!(find().await, None, "other threads do not count");
    let first = stored(&*store, thread_of(&seed.agent, &seed.owner)).await;
    assert_eq!(find().await, Some(first.clone()));
    assert_eq!(conflict_of(&*store, insert(&thread_of(&seed.agent, &seed.owner))).await, UniqueKey::ConversationKey);
    let other = Seed::commit(&*store).await;
    let elsewhere = store.find_inbox_thread(other.organization.id, seed.owner.id, seed.agent.id).await.unwrap();
    assert_eq!(elsewhere, None);
    apply_one(&*store, Change::Thread(ThreadChange::Delete { conversation: first.id, at: builders::at() })).await;
    assert_eq!((find().await, inbox(&*store, &seed.owner).await), (None, Vec::new()));
    let second = stored(&*store, thread_of(&seed.agent, &seed.owner)).await;
    assert_eq!(find().await, Some(second));
}

pub async fn an_owner_sees_the_threads_that_others_have_with_their_agents(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (bob, eve) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let full = agent_of(&*store, &bob, OwnerVisibility::Full).await;
    let hidden = agent_of(&*store, &bob, OwnerVisibility::None).await;
    let gone = Agent { deleted_at: Some(builders::at()), ..agent_of(&*store, &bob, OwnerVisibility::Metadata).await };
    apply_one(&*store, Change::Agent(AgentChange::Update(gone.clone()))).await;
    let mut threads = Vec::new();
    for (agent, user) in [(&full, &eve), (&full, &seed.owner), (&gone, &eve), (&full, &eve)] {
        threads.push(stored(&*store, builders::thread(agent, user)).await);
    }
    stored(&*store, builders::thread(&full, &bob)).await;
    stored(&*store, builders::thread(&hidden, &eve)).await;
    let deleted = stored(&*store, builders::thread(&full, &eve)).await;
    apply_one(&*store, Change::Thread(ThreadChange::Delete { conversation: deleted.id, at: builders::at() })).await;
    let said = builders::user_message(&threads[0], "Hello");
    let touch = ThreadChange::Touch { conversation: threads[0].id, at: builders::at() };
    insert_message(&*store, &said).await;
    apply_one(&*store, Change::Thread(touch)).await;

    let list = async |page| store.list_overseen(bob.organization_id, bob.id, page).await.unwrap();
    let seen = list(page(Position::Newest, 100)).await.items;
    let order: Vec<ConversationId> = [1, 2, 3, 0].map(|n: usize| threads[n].id).to_vec();
    assert_eq!(ids(&seen), order);
    let newest = &seen[3];
    assert_eq!((newest.last_message.as_deref(), newest.last_message_at), (Some("Hello"), said.created_at));
    assert_eq!((newest.agent.as_deref(), newest.unread_count, newest.place), (Some(&full), 0, threads[0].id.uuid()));
    assert!(matches!(&newest.other, Some(Speaker::User { id, .. }) if *id == eve.id), "{newest:?}");
    let (before, after) = (Position::Before(order[2].uuid()), Position::After(order[0].uuid()));
    let older = list(page(before, 1)).await;
    assert_eq!((ids(&older.items), older.has_older, older.has_newer), (vec![order[1]], true, true));
    let newer = list(page(after, 2)).await;
    assert_eq!((ids(&newer.items), newer.has_older, newer.has_newer), (order[1..3].to_vec(), true, true));
    for (position, expected) in
        [(Position::Before(uuid::Uuid::max()), &order[..]), (Position::After(uuid::Uuid::max()), &[])]
    {
        assert_eq!(ids(&list(page(position, 100)).await.items), expected, "{position:?}");
    }
    assert_eq!(ids(&list(page(Position::After(uuid::Uuid::nil()), 2)).await.items), order[..2]);
    let nobodys = store.list_overseen(eve.organization_id, eve.id, page(Position::Newest, 9)).await.unwrap();
    assert_eq!(nobodys.items, []);
}

pub async fn the_other_of_a_direct_channel_stays_when_they_are_deleted(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let bob = seed.another_user(&*store).await;
    let channel = direct(&*store, &seed.owner, &bob).await;
    apply_one(&*store, Change::User(UserChange::Delete { user: bob.id, at: builders::at() })).await;
    let seen = inbox(&*store, &seed.owner).await;
    let nobody = Speaker::User { id: bob.id, handle: None, display_name: None, avatar: None };
    assert_eq!((ids(&seen), &seen[0].other), (vec![channel.id], &Some(nobody)));
}
