//! Lists of people and their sign-ins, and public profiles.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    UserId,
    agent::{Agent, Visibility},
    page::{Page, Position, Slice},
    ports::store::{AgentChange, Change, Outcome, SessionChange, Store, UserChange, UserFilter},
    session::Session,
    text::{Handle, Text},
    user::{Profile, User},
};
use uuid::Uuid;

use super::{
    expectations::{apply, apply_one},
    paging_model::every_page_is_right,
    scenes::page,
};
use crate::builders::{self, Seed};

async fn insert(store: &dyn Store, user: User) -> User {
    let change = Change::User(UserChange::Insert(user.clone(), Some(builders::password_hash())));
    assert_eq!(apply_one(store, change).await, Outcome::Inserted);
    user
}

fn all(seed: &Seed) -> UserFilter {
    UserFilter {
        organization: seed.organization.id,
        search: None,
        with_deactivated: false,
        page: page(Position::Newest, 100),
    }
}

async fn listed(store: &dyn Store, filter: UserFilter) -> Vec<User> {
    store.list_users(filter).await.unwrap().items
}

async fn found(store: &dyn Store, seed: &Seed, search: &str) -> Vec<UserId> {
    let search = Some(Text::parse(search).unwrap());
    listed(store, UserFilter { search, ..all(seed) }).await.into_iter().map(|user| user.id).collect()
}

fn named(seed: &Seed, handle: &str, name: &str) -> User {
    User {
        handle: Handle::parse(handle).unwrap(),
        display_name: Text::parse(name).unwrap(),
        ..builders::user(&seed.organization)
    }
}

pub async fn users_of_the_organization_are_listed(store: Arc<dyn Store>) {
    let (seed, _other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let service = insert(&*store, builders::service(&seed.organization)).await;
    let member = insert(&*store, builders::user(&seed.organization)).await;
    assert_eq!(listed(&*store, all(&seed)).await, [seed.owner.clone(), service, member]);
}

pub async fn deactivated_users_are_listed_where_they_are_asked_for(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let gone = User { deactivated_at: Some(builders::at()), ..builders::user(&seed.organization) };
    let gone = insert(&*store, gone).await;
    assert_eq!(listed(&*store, all(&seed)).await, std::slice::from_ref(&seed.owner));
    let with_deactivated = UserFilter { with_deactivated: true, ..all(&seed) };
    assert_eq!(listed(&*store, with_deactivated).await, [seed.owner.clone(), gone]);
}

pub async fn users_are_searched_by_handle_and_name_in_any_case(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let ann = insert(&*store, named(&seed, "ann.b", "Änne Bär")).await;
    let bob = insert(&*store, named(&seed, "bob_1", "Юлия 100%")).await;
    insert(&*store, named(&other, "ann.c", "Änne Bär")).await;
    for (search, expected) in [
        ("ann", vec![ann.id]),
        ("NN.B", vec![ann.id]),
        ("ÄNNE", vec![ann.id]),
        ("e b", vec![ann.id]),
        ("юЛИ", vec![bob.id]),
        ("b", vec![ann.id, bob.id]),
        ("%", vec![bob.id]),
        ("_", vec![bob.id]),
        ("\\", vec![]),
        ("nobody", vec![]),
    ] {
        assert_eq!(found(&*store, &seed, search).await, expected, "{search}");
    }
}

pub async fn a_search_looks_at_names_as_they_are_now(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let ann = insert(&*store, named(&seed, "ann.b", "Ann")).await;
    let renamed = User { display_name: Text::parse("Zoë").unwrap(), version: 2, ..ann.clone() };
    apply_one(&*store, Change::User(UserChange::Update(renamed))).await;
    assert_eq!(found(&*store, &seed, "ZOË").await, [ann.id]);
    let moved = User { handle: Handle::parse("xyz").unwrap(), version: 3, ..ann.clone() };
    apply_one(&*store, Change::User(UserChange::Update(moved))).await;
    assert_eq!(found(&*store, &seed, "ann.b").await, []);
}

pub async fn users_are_listed_in_pages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut ids = vec![seed.owner.id.uuid()];
    for _ in 0..7 {
        ids.push(seed.another_user(&*store).await.id.uuid());
    }
    every_page_is_right(&ids, async |page: Page| {
        let slice = store.list_users(UserFilter { page, ..all(&seed) }).await.unwrap();
        ids_of(slice, |user| user.id.uuid())
    })
    .await;
}

fn ids_of<T>(slice: Slice<T>, id: impl Fn(&T) -> Uuid) -> Slice<Uuid> {
    let Slice { items, has_older, has_newer } = slice;
    Slice { items: items.iter().map(id).collect(), has_older, has_newer }
}

pub async fn a_profile_is_found_on_the_whole_server(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    for owner in [seed.owner, other.owner] {
        let profile = store.find_profile(&owner.handle).await.unwrap();
        assert_eq!(profile, Some(Profile { user: owner, has_agent: false }));
    }
    assert_eq!(store.find_profile(&Handle::parse("nobody").unwrap()).await.unwrap(), None);
}

pub async fn a_profile_tells_of_an_agent_that_members_may_talk_to(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let has_agent = async || store.find_profile(&seed.owner.handle).await.unwrap().unwrap().has_agent;
    let hidden = Agent { visibility: Visibility::Private, ..builders::personal_agent(&seed.owner) };
    apply_one(&*store, Change::Agent(AgentChange::Insert(hidden.clone()))).await;
    assert!(!has_agent().await);
    let shared = Agent { visibility: Visibility::Organization, version: 2, ..hidden };
    apply_one(&*store, Change::Agent(AgentChange::Update(shared.clone()))).await;
    assert!(has_agent().await);
    let deleted = Agent { deleted_at: Some(builders::at()), version: 3, ..shared };
    apply_one(&*store, Change::Agent(AgentChange::Update(deleted))).await;
    assert!(!has_agent().await);
}

pub async fn who_is_no_person_or_deactivated_has_no_profile(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let service = insert(&*store, builders::service(&seed.organization)).await;
    let gone = User { deactivated_at: Some(builders::at()), ..builders::user(&seed.organization) };
    let gone = insert(&*store, gone).await;
    for user in [service, gone] {
        assert_eq!(store.find_profile(&user.handle).await.unwrap(), None);
    }
}

async fn signed_in(store: &dyn Store, user: &User) -> Session {
    let session = builders::session(user);
    apply_one(store, Change::Session(SessionChange::Insert(session.clone()))).await;
    session
}

pub async fn live_sessions_of_a_user_are_listed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let other = seed.another_user(&*store).await;
    let live = signed_in(&*store, &seed.owner).await;
    let ended = signed_in(&*store, &seed.owner).await;
    signed_in(&*store, &other).await;
    apply_one(&*store, Change::Session(SessionChange::Revoke { session: ended.id, at: builders::at() })).await;
    let list = async |at| store.list_sessions(seed.owner.id, at, page(Position::Newest, 100)).await.unwrap().items;
    assert_eq!(list(live.created_at).await, std::slice::from_ref(&live));
    assert_eq!(list(live.expires_at.minus(Duration::from_micros(1))).await, std::slice::from_ref(&live));
    assert_eq!(list(live.expires_at).await, []);
}

pub async fn sessions_are_listed_in_pages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(signed_in(&*store, &seed.owner).await.id.uuid());
    }
    every_page_is_right(&ids, async |page: Page| {
        let slice = store.list_sessions(seed.owner.id, seed.owner.created_at, page).await.unwrap();
        ids_of(slice, |session| session.id.uuid())
    })
    .await;
}

pub async fn all_sessions_of_a_user_are_ended(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let other = seed.another_user(&*store).await;
    let (one, two) = (signed_in(&*store, &seed.owner).await, signed_in(&*store, &seed.owner).await);
    let kept = signed_in(&*store, &other).await;
    let at = builders::at();
    let end = Change::Session(SessionChange::RevokeAll { user: seed.owner.id, at });
    assert_eq!(apply(&*store, [end.clone()]).await, [Outcome::Updated]);
    assert_eq!(apply(&*store, [end]).await, [Outcome::Unchanged]);
    for session in [one, two] {
        let (now, _) = store.find_session(session.id).await.unwrap().unwrap();
        assert_eq!(now.revoked_at, Some(at));
    }
    assert_eq!(store.find_session(kept.id).await.unwrap(), Some((kept, other)));
}
