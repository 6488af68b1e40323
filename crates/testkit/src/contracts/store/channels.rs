//! Channels, and who is in them.

use std::sync::Arc;

use futures_util::future::join_all;
use stead_domain::{
    ConversationId, OrganizationId, UserId,
    agent::Agent,
    channel::{Channel, ChannelKind, ChannelName, ConversationKey, MemberRole, Mention, NotificationLevel},
    membership::{Membership, Participant},
    page::{Page, Position, Slice},
    ports::store::{
        AgentChange, Change, ChannelChange, ChannelMessageChange, ChannelView, Commit, Committed, Guard, MyChannel,
        Outcome, ReadMarker, Store, StoreError, UniqueKey, UserChange, Versioned,
    },
    text::Text,
    user::User,
};
use uuid::Uuid;

use super::{
    expectations::{apply_one, conflict_of, holds},
    paging_model::every_page_is_right,
    scenes::{insert_message, page},
};
use crate::builders::{self, Seed};

fn insert(channel: &Channel, key: Option<ConversationKey>, first: &[Membership]) -> Change {
    Change::Channel(ChannelChange::Insert(channel.clone(), key, first.to_vec()))
}

/// Stores a channel of that kind with these members, the first its admin.
async fn stored(store: &dyn Store, kind: ChannelKind, users: &[&User]) -> Channel {
    let channel = builders::channel(users[0], kind);
    let mut first = vec![builders::channel_admin(&channel, users[0].id)];
    first.extend(users[1..].iter().map(|user| builders::membership(&channel, user.id)));
    assert_eq!(apply_one(store, insert(&channel, builders::name_key(&channel), &first)).await, Outcome::Inserted);
    channel
}

async fn seen(store: &dyn Store, channel: &Channel, viewer: UserId) -> Option<ChannelView> {
    store.find_channel(channel.organization_id, channel.id, viewer).await.unwrap()
}

async fn mine(store: &dyn Store, user: &User) -> Vec<MyChannel> {
    store.channels_of(user.organization_id, user.id).await.unwrap()
}

async fn members(store: &dyn Store, channel: &Channel) -> Vec<Participant> {
    let page = page(Position::Newest, 100);
    let slice = store.list_members(channel.organization_id, channel.id, page).await.unwrap();
    slice.items.into_iter().map(|member| member.membership.participant).collect()
}

fn leave(channel: &Channel, user: UserId) -> Change {
    let (participant, at) = (Participant::User(user), builders::at());
    Change::Channel(ChannelChange::RemoveMember { channel: channel.id, participant, at })
}

fn put(membership: Membership) -> Change {
    Change::Channel(ChannelChange::PutMember(membership))
}

pub async fn a_channel_of_every_kind_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for kind in ChannelKind::ALL {
        let channel = Channel {
            topic: Text::parse("What it is about").unwrap(),
            agent_id: Some(seed.agent.id),
            agent_personality: Some(Text::parse("Terse").unwrap()),
            ..builders::channel(&seed.owner, kind)
        };
        let first =
            [builders::channel_admin(&channel, seed.owner.id), builders::agent_membership(&channel, seed.agent.id)];
        apply_one(&*store, insert(&channel, builders::name_key(&channel), &first)).await;
        let view = seen(&*store, &channel, seed.owner.id).await.unwrap();
        assert_eq!((&view.channel, view.role, view.member_count), (&channel, Some(MemberRole::Admin), 2));
        let nobody = store.channels_by_id(vec![channel.id, builders::id()]).await.unwrap();
        assert_eq!(nobody.iter().map(|view| (&view.channel, view.role)).collect::<Vec<_>>(), [(&channel, None)]);
    }
}

pub async fn a_channel_is_found_in_its_organization_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let channel = stored(&*store, ChannelKind::Public, &[&seed.owner]).await;
    let key = builders::name_key(&channel).unwrap();
    let viewer = other.owner.id;
    let find = async |organization: OrganizationId| {
        let by_id = store.find_channel(organization, channel.id, viewer).await.unwrap();
        assert_eq!(by_id, store.find_channel_by_key(organization, &key, viewer).await.unwrap());
        by_id.map(|view| (view.channel, view.role))
    };
    assert_eq!(find(other.organization.id).await, None);
    assert_eq!(find(seed.organization.id).await, Some((channel.clone(), None)));
    let elsewhere = store.list_channels(other.organization.id, viewer, page(Position::Newest, 10)).await.unwrap();
    assert_eq!(elsewhere.items, []);
}

pub async fn a_channels_name_is_taken_in_its_organization_in_any_case(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let named = |user: &User, name| {
        let channel =
            Channel { name: Some(ChannelName::parse(name).unwrap()), ..builders::channel(user, ChannelKind::Private) };
        let key = builders::name_key(&channel);
        (channel.clone(), insert(&channel, key, &[builders::channel_admin(&channel, user.id)]))
    };
    let (first, change) = named(&seed.owner, "Größe");
    assert_eq!(apply_one(&*store, change).await, Outcome::Inserted);
    assert_eq!(conflict_of(&*store, named(&seed.owner, "gRÖßE").1).await, UniqueKey::ConversationKey);
    assert_eq!(apply_one(&*store, named(&other.owner, "größe").1).await, Outcome::Inserted);
    // A new name frees the old one, and so does a deletion.
    let renamed = Channel { name: Some(ChannelName::parse("other").unwrap()), version: 2, ..first.clone() };
    apply_one(&*store, Change::Channel(ChannelChange::Update(renamed))).await;
    assert_eq!(conflict_of(&*store, named(&seed.owner, "Other").1).await, UniqueKey::ConversationKey);
    let (second, change) = named(&seed.owner, "größe");
    assert_eq!(apply_one(&*store, change).await, Outcome::Inserted);
    let delete = Change::Channel(ChannelChange::Delete { channel: second.id, at: builders::at() });
    assert_eq!(apply_one(&*store, delete.clone()).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, delete).await, Outcome::Unchanged);
    assert_eq!(seen(&*store, &second, seed.owner.id).await, None);
    assert_eq!(apply_one(&*store, named(&seed.owner, "GRÖSSE").1).await, Outcome::Inserted);
    assert_eq!(apply_one(&*store, named(&seed.owner, "größe").1).await, Outcome::Inserted);
}

pub async fn a_channel_update_writes_what_may_change(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let channel = stored(&*store, ChannelKind::Public, &[&seed.owner]).await;
    let after = Channel {
        kind: ChannelKind::Private,
        name: Some(ChannelName::parse("Another").unwrap()),
        topic: Text::parse("New").unwrap(),
        agent_id: Some(seed.agent.id),
        agent_personality: Some(Text::parse("Kind").unwrap()),
        version: 2,
        updated_at: builders::at(),
        ..channel.clone()
    };
    assert_eq!(apply_one(&*store, Change::Channel(ChannelChange::Update(after.clone()))).await, Outcome::Updated);
    assert_eq!(seen(&*store, &channel, seed.owner.id).await.unwrap().channel, after);
    let unknown = builders::channel(&seed.owner, ChannelKind::Group);
    assert_eq!(apply_one(&*store, Change::Channel(ChannelChange::Update(unknown))).await, Outcome::Unchanged);
}

pub async fn channels_without_a_name_are_called_as_who_is_in_them(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (bob, eve) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let direct = stored(&*store, ChannelKind::Direct, &[&seed.owner, &bob]).await;
    let group = stored(&*store, ChannelKind::Group, &[&seed.owner, &bob, &eve]).await;
    let own = Channel { agent_id: Some(seed.agent.id), ..builders::channel(&bob, ChannelKind::Assistant) };
    apply_one(&*store, insert(&own, None, &[builders::membership(&own, bob.id)])).await;
    let named = async |channel: &Channel, user: &User| seen(&*store, channel, user.id).await.unwrap().shown_name();
    let name = |user: &User| user.display_name.as_str().to_owned();
    assert_eq!(named(&direct, &seed.owner).await, Some(name(&bob)));
    assert_eq!(named(&direct, &bob).await, Some(name(&seed.owner)));
    assert_eq!(named(&group, &bob).await, Some(format!("{}, {}", name(&seed.owner), name(&eve))));
    assert_eq!(named(&own, &bob).await, Some(seed.agent.display_name.as_str().to_owned()));
    assert_eq!(seen(&*store, &direct, bob.id).await.unwrap().other(), Some(seed.owner.id));
    apply_one(&*store, Change::User(UserChange::Delete { user: bob.id, at: builders::at() })).await;
    assert_eq!(named(&direct, &seed.owner).await.as_deref(), Some("Deleted user"));
    assert_eq!(named(&group, &eve).await, Some(name(&seed.owner)));
    let shared = mine(&*store, &seed.owner).await;
    let names: Vec<_> = shared.iter().map(|mine| mine.view.shown_name()).collect();
    assert_eq!(names, [Some("Deleted user".to_owned()), Some(name(&eve))]);
}

pub async fn public_channels_and_ones_own_are_listed_in_pages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let bob = seed.another_user(&*store).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(stored(&*store, ChannelKind::Public, &[&seed.owner]).await.id.uuid());
        ids.push(stored(&*store, ChannelKind::Private, &[&seed.owner, &bob]).await.id.uuid());
        stored(&*store, ChannelKind::Private, &[&seed.owner]).await;
        let left = stored(&*store, ChannelKind::Group, &[&seed.owner, &bob]).await;
        apply_one(&*store, leave(&left, bob.id)).await;
    }
    every_page_is_right(&ids, async |page: Page| {
        ids_of(store.list_channels(seed.organization.id, bob.id, page).await.unwrap(), |view| view.channel.id.uuid())
    })
    .await;
}

fn ids_of<T>(slice: Slice<T>, id: impl Fn(&T) -> Uuid) -> Slice<Uuid> {
    let Slice { items, has_older, has_newer } = slice;
    Slice { items: items.iter().map(id).collect(), has_older, has_newer }
}

pub async fn who_left_is_no_member_and_may_come_back(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let bob = seed.another_user(&*store).await;
    let channel = stored(&*store, ChannelKind::Public, &[&seed.owner]).await;
    let member = builders::membership(&channel, bob.id);
    assert_eq!(apply_one(&*store, put(member)).await, Outcome::Inserted);
    let again = Membership { role: MemberRole::Admin, ..builders::membership(&channel, bob.id) };
    assert_eq!(apply_one(&*store, put(again)).await, Outcome::Unchanged);
    assert_eq!(seen(&*store, &channel, bob.id).await.unwrap().role, Some(MemberRole::Member));
    assert_eq!(apply_one(&*store, leave(&channel, bob.id)).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, leave(&channel, bob.id)).await, Outcome::Unchanged);
    let view = seen(&*store, &channel, bob.id).await.unwrap();
    assert_eq!((view.role, view.member_count), (None, 1));
    assert_eq!(mine(&*store, &bob).await, []);
    assert_eq!(store.memberships_of(seed.organization.id, bob.id).await.unwrap(), []);
    assert!(!holds(&*store, Guard::Member { conversation: channel.id, user: bob.id }).await);
    let back = Membership { role: MemberRole::Admin, ..builders::membership(&channel, bob.id) };
    assert_eq!(apply_one(&*store, put(back)).await, Outcome::Updated);
    let expected = Membership { id: member.id, ..back };
    assert_eq!(store.memberships_of(seed.organization.id, bob.id).await.unwrap(), [(expected, ChannelKind::Public)]);
    let agent = builders::agent_membership(&channel, seed.agent.id);
    assert_eq!(apply_one(&*store, put(agent)).await, Outcome::Inserted);
    assert_eq!(seen(&*store, &channel, bob.id).await.unwrap().member_count, 3);
    let deleted = Agent { deleted_at: Some(builders::at()), version: 2, ..seed.agent.clone() };
    apply_one(&*store, Change::Agent(AgentChange::Update(deleted))).await;
    assert_eq!(seen(&*store, &channel, bob.id).await.unwrap().member_count, 2);
}

pub async fn members_are_listed_in_pages_while_they_are_let_in(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let channel = stored(&*store, ChannelKind::Private, &[&seed.owner]).await;
    let mut people = Vec::new();
    for _ in 0..6 {
        let user = seed.another_user(&*store).await;
        let member = builders::membership(&channel, user.id);
        apply_one(&*store, put(member)).await;
        people.push((user, member.id.uuid()));
    }
    apply_one(&*store, put(builders::agent_membership(&channel, seed.agent.id))).await;
    let (out, _) = people.remove(1);
    let away = User { deactivated_at: Some(builders::at()), version: 2, ..out.clone() };
    apply_one(&*store, Change::User(UserChange::Update(away))).await;
    let (gone, _) = people.remove(3);
    apply_one(&*store, Change::User(UserChange::Delete { user: gone.id, at: builders::at() })).await;
    let all = members(&*store, &channel).await;
    let mut expected = vec![Participant::User(seed.owner.id)];
    expected.extend(people.iter().map(|(user, _)| Participant::User(user.id)));
    expected.push(Participant::Agent(seed.agent.id));
    assert_eq!(all, expected);
    assert_eq!(seen(&*store, &channel, seed.owner.id).await.unwrap().member_count, 6);
    let list = async |page| store.list_members(seed.organization.id, channel.id, page).await.unwrap();
    let everyone = list(page(Position::Newest, 100)).await;
    let ids: Vec<Uuid> = everyone.items.iter().map(|member| member.membership.id.uuid()).collect();
    every_page_is_right(&ids, async |page: Page| ids_of(list(page).await, |member| member.membership.id.uuid())).await;
    let named = [seed.owner.id.uuid(), out.id.uuid(), gone.id.uuid(), seed.agent.id.uuid(), builders::uuid()];
    let found = store.find_members(named.iter().map(|id| (channel.id, *id)).collect()).await.unwrap();
    let mut found: Vec<_> = found.into_iter().map(|member| member.membership.participant).collect();
    found.sort();
    assert_eq!(found, [Participant::User(seed.owner.id), Participant::Agent(seed.agent.id)]);
    let users: Vec<_> = store.member_users(channel.id).await.unwrap().iter().map(|member| member.participant).collect();
    assert_eq!(users, expected[..expected.len() - 1]);
}

pub async fn a_role_is_given_and_guarded(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let bob = seed.another_user(&*store).await;
    let channel = stored(&*store, ChannelKind::Public, &[&seed.owner, &bob]).await;
    let (conversation, organization) = (channel.id, seed.organization.id);
    let has = |user, at_least| Guard::MemberRole { conversation, user, at_least };
    let another = |besides| Guard::AnotherAdmin { conversation, besides };
    assert!(holds(&*store, has(bob.id, MemberRole::Member)).await);
    assert!(!holds(&*store, has(bob.id, MemberRole::Admin)).await);
    assert!(!holds(&*store, another(seed.owner.id)).await && holds(&*store, another(bob.id)).await);
    let role = |role| Change::Channel(ChannelChange::SetRole { channel: conversation, user: bob.id, role });
    assert_eq!(apply_one(&*store, role(MemberRole::Admin)).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, role(MemberRole::Admin)).await, Outcome::Unchanged);
    assert!(holds(&*store, has(bob.id, MemberRole::Admin)).await && holds(&*store, another(seed.owner.id)).await);
    let room = |more, max| Guard::MemberRoom { conversation, more, max };
    assert!(holds(&*store, room(1, 3)).await && !holds(&*store, room(1, 2)).await);
    let version = |version| Guard::Version(Versioned::Channel(conversation), version);
    assert!(holds(&*store, version(1)).await && !holds(&*store, version(2)).await);
    assert!(holds(&*store, Guard::Channel { organization, conversation }).await);
    assert!(!holds(&*store, Guard::Channel { organization: builders::id(), conversation }).await);
    let thread = seed.thread.id;
    assert!(!holds(&*store, Guard::Channel { organization, conversation: thread }).await);
    let away = User { deactivated_at: Some(builders::at()), version: 2, ..bob.clone() };
    apply_one(&*store, Change::User(UserChange::Update(away))).await;
    assert!(!holds(&*store, another(seed.owner.id)).await, "who is not let in looks after nothing");
    apply_one(&*store, Change::Channel(ChannelChange::Delete { channel: conversation, at: builders::at() })).await;
    for guard in [Guard::Channel { organization, conversation }, version(2), has(seed.owner.id, MemberRole::Member)] {
        assert!(!holds(&*store, guard).await);
    }
}

pub async fn who_has_been_there_longest_succeeds_a_deleted_admin(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (bob, eve) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let left = stored(&*store, ChannelKind::Private, &[&bob, &eve, &seed.owner]).await;
    let looked_after = stored(&*store, ChannelKind::Private, &[&bob, &eve, &seed.owner]).await;
    let admin = ChannelChange::SetRole { channel: looked_after.id, user: seed.owner.id, role: MemberRole::Admin };
    apply_one(&*store, Change::Channel(admin)).await;
    let empty = stored(&*store, ChannelKind::Private, &[&bob]).await;
    apply_one(&*store, Change::User(UserChange::Delete { user: bob.id, at: builders::at() })).await;
    let role = async |channel: &Channel, user: &User| seen(&*store, channel, user.id).await.unwrap().role;
    assert_eq!(role(&left, &eve).await, Some(MemberRole::Admin));
    assert_eq!(role(&left, &seed.owner).await, Some(MemberRole::Member));
    assert_eq!(role(&looked_after, &eve).await, Some(MemberRole::Member));
    assert_eq!(seen(&*store, &empty, eve.id).await.unwrap().member_count, 0);
}

pub async fn channels_of_two_people_are_known(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (bob, eve) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let one = stored(&*store, ChannelKind::Public, &[&seed.owner, &bob]).await;
    let two = stored(&*store, ChannelKind::Direct, &[&seed.owner, &bob]).await;
    stored(&*store, ChannelKind::Private, &[&seed.owner, &eve]).await;
    let left = stored(&*store, ChannelKind::Private, &[&seed.owner, &bob]).await;
    apply_one(&*store, leave(&left, bob.id)).await;
    let shared =
        async |one: &User, other: &User| store.shared_channels(seed.organization.id, one.id, other.id).await.unwrap();
    assert_eq!(shared(&seed.owner, &bob).await, [one.id, two.id]);
    assert_eq!(shared(&bob, &seed.owner).await, [one.id, two.id]);
    assert_eq!(shared(&bob, &eve).await, []);
}

pub async fn a_read_marker_goes_forward_only(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let channel = stored(&*store, ChannelKind::Public, &[&seed.owner]).await;
    let (first, second) = (builders::id(), builders::id());
    let marker = |message_id| ReadMarker {
        conversation_id: channel.id,
        user_id: seed.owner.id,
        message_id,
        updated_at: builders::at(),
    };
    let organization = seed.organization.id;
    let read = |marker| Change::Channel(ChannelChange::MoveReadMarker { organization, marker });
    let now = async || store.read_markers(vec![(channel.id, seed.owner.id)]).await.unwrap();
    assert_eq!(now().await, []);
    let (one, two) = (marker(first), marker(second));
    assert_eq!(apply_one(&*store, read(one)).await, Outcome::Inserted);
    assert_eq!(now().await, [one]);
    assert_eq!(apply_one(&*store, read(two)).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, read(one)).await, Outcome::Unchanged);
    assert_eq!(apply_one(&*store, read(marker(second))).await, Outcome::Unchanged);
    assert_eq!(now().await, [two]);
}

pub async fn what_is_new_is_counted_from_where_one_has_read(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (bob, eve) = (seed.another_user(&*store).await, seed.another_user(&*store).await);
    let channel = stored(&*store, ChannelKind::Public, &[&seed.owner]).await;
    let said = async |user: &User| {
        let message = builders::channel_message(&channel, user.id, "Hello");
        insert_message(&*store, &message).await;
        message
    };
    said(&seed.owner).await;
    apply_one(&*store, put(builders::membership(&channel, bob.id))).await;
    let news = async |user: &User| {
        let mine = mine(&*store, user).await.remove(0);
        (mine.unread_count, mine.mention_count, mine.last_message_at, mine.last_read_message_id)
    };
    let (unread, ..) = news(&bob).await;
    assert_eq!(unread, 0, "what was said before they came");
    let one = said(&seed.owner).await;
    said(&bob).await;
    let three = said(&eve).await;
    assert_eq!(news(&bob).await, (2, 0, Some(three.created_at), None));
    assert_eq!(news(&seed.owner).await.0, 2, "one's own are never unread");
    let marker =
        ReadMarker { conversation_id: channel.id, user_id: bob.id, message_id: one.id, updated_at: builders::at() };
    let organization = seed.organization.id;
    apply_one(&*store, Change::Channel(ChannelChange::MoveReadMarker { organization, marker })).await;
    assert_eq!(news(&bob).await, (1, 0, Some(three.created_at), Some(one.id)));
    for (who, expected) in [(Mention::User(eve.id), 0), (Mention::User(bob.id), 1), (Mention::Here, 2)] {
        let message = said(&seed.owner).await.id;
        let mention = ChannelMessageChange::Mention { organization, channel: channel.id, message, mentions: vec![who] };
        apply_one(&*store, Change::ChannelMessage(mention)).await;
        assert_eq!(news(&bob).await.1, expected);
        assert_eq!(news(&seed.owner).await.1, 0, "one does not mention oneself");
    }
    let level = NotificationLevel::Mentions;
    for level in [NotificationLevel::None, level] {
        let set = ChannelChange::SetNotifications { organization, channel: channel.id, user: bob.id, level };
        apply_one(&*store, Change::Channel(set)).await;
    }
    let levels =
        [mine(&*store, &bob).await.remove(0).notifications, mine(&*store, &seed.owner).await.remove(0).notifications];
    assert_eq!(levels, [level, NotificationLevel::All]);
}

pub async fn of_many_starts_of_a_direct_channel_one_is_made(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let bob = seed.another_user(&*store).await;
    let starts = (0..8).map(|n| {
        let (one, other) = if n % 2 == 0 { (&seed.owner, &bob) } else { (&bob, &seed.owner) };
        let channel = builders::channel(one, ChannelKind::Direct);
        let first = [builders::membership(&channel, one.id), builders::membership(&channel, other.id)];
        let key = Some(ConversationKey::Direct(one.id, other.id));
        let commit = Commit { changes: vec![insert(&channel, key, &first)], ..Commit::default() };
        store.commit(commit)
    });
    let mut made = 0;
    for start in join_all(starts).await {
        match start {
            Ok(Committed::Done(_)) => made += 1,
            Err(StoreError::Conflict(UniqueKey::ConversationKey)) => {}
            other => panic!("a start came to {other:?}"),
        }
    }
    assert_eq!((made, mine(&*store, &bob).await.len()), (1, 1));
}

pub async fn people_without_their_own_channel_are_listed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    apply_one(&*store, Change::User(UserChange::Insert(builders::service(&seed.organization), None))).await;
    let bob = seed.another_user(&*store).await;
    let agents = [builders::personal_agent(&bob), builders::personal_agent(&bob)];
    for agent in &agents {
        apply_one(&*store, Change::Agent(AgentChange::Insert(agent.clone()))).await;
    }
    let list = async |after: Option<UserId>, limit| {
        let listed = store.list_without_assistant(after, limit).await.unwrap();
        listed.into_iter().map(|(user, agent)| (user.id, agent.map(|agent| agent.id))).collect::<Vec<_>>()
    };
    let (owner, own) = ((seed.owner.id, None), (bob.id, Some(agents[0].id)));
    assert_eq!(list(None, 10).await, [owner, own]);
    assert_eq!(list(None, 1).await, [owner]);
    assert_eq!(list(Some(seed.owner.id), 10).await, [own]);
    let channel = builders::channel(&bob, ChannelKind::Assistant);
    let key = Some(ConversationKey::Assistant(bob.id));
    apply_one(&*store, insert(&channel, key, &[builders::membership(&channel, bob.id)])).await;
    assert_eq!(list(None, 10).await, [owner]);
}

pub async fn a_purged_channel_leaves_nothing(store: Arc<dyn Store>) {
    use stead_domain::ports::store::ThreadChange;
    let seed = Seed::commit(&*store).await;
    let channel = stored(&*store, ChannelKind::Private, &[&seed.owner]).await;
    insert_message(&*store, &builders::channel_message(&channel, seed.owner.id, "Hello")).await;
    let purge = Change::Thread(ThreadChange::Purge { conversation: channel.id, at_most: 100 });
    assert_eq!(apply_one(&*store, purge.clone()).await, Outcome::Unchanged, "it is not deleted");
    apply_one(&*store, Change::Channel(ChannelChange::Delete { channel: channel.id, at: builders::at() })).await;
    assert_eq!(apply_one(&*store, purge.clone()).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, purge).await, Outcome::Unchanged);
    let id: ConversationId = channel.id;
    assert_eq!(store.member_users(id).await.unwrap(), []);
}
