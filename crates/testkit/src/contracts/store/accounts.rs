//! Organizations and users.

use std::sync::Arc;

use stead_domain::{
    Timestamp, UserId,
    organization::{Organization, RetentionDays, TokenBudget},
    ports::store::{Change, OrganizationChange, Outcome, Store, UniqueKey, UserChange},
    text::{Email, Handle, Text},
    user::{OrganizationRole, PasswordHash, User, UserKind},
};

use super::expectations::{apply, apply_one, conflict_of};
use crate::builders::{self, Seed};

fn insert(user: &User) -> Change {
    Change::User(UserChange::Insert(user.clone(), Some(builders::password_hash())))
}

fn update(user: &User) -> Change {
    Change::User(UserChange::Update(user.clone()))
}

fn email_of(user: &User) -> &Email {
    user.email.as_ref().expect("a person's address")
}

async fn user_now(store: &dyn Store, user: &User) -> User {
    store.find_user(user.organization_id, user.id).await.unwrap().expect("a user that is there")
}

pub async fn an_organization_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    Seed::commit(&*store).await;
    assert_eq!(store.find_organization(seed.organization.id).await.unwrap(), Some(seed.organization));
}

pub async fn an_unknown_organization_is_none(store: Arc<dyn Store>) {
    assert_eq!(store.find_organization(builders::id()).await.unwrap(), None);
}

pub async fn an_organization_update_writes_all_but_identity(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let agent = seed.another_agent(&*store).await;
    let written = Organization {
        name: Text::parse("نوادر").unwrap(),
        default_agent_id: agent.id,
        retention: Some(RetentionDays::parse(3_650).unwrap()),
        ai_enabled: false,
        ai_budget: Some(TokenBudget::parse(1 << 39).unwrap()),
        ai_budget_per_user: Some(TokenBudget::parse(1 << 38).unwrap()),
        version: 1 << 40,
        updated_at: builders::at(),
        ..seed.organization.clone()
    };
    let given = Organization { created_at: Timestamp::EPOCH, ..written.clone() };
    assert_eq!(apply_one(&*store, Change::Organization(OrganizationChange::Update(given))).await, Outcome::Updated);
    assert_eq!(store.find_organization(seed.organization.id).await.unwrap(), Some(written));
}

pub async fn every_kind_of_user_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let full = User {
        bio: Some(Text::parse("Ich über mich 🦊").unwrap()),
        avatar: Some(builders::id()),
        deactivated_at: Some(builders::at()),
        version: i64::MAX - 1,
        updated_at: builders::at(),
        ..builders::user(&seed.organization)
    };
    let mut users = vec![full, builders::service(&seed.organization)];
    for role in [OrganizationRole::Member, OrganizationRole::Admin, OrganizationRole::Owner] {
        users.push(User { role, ..builders::user(&seed.organization) });
    }
    for user in users {
        let password = (user.kind == UserKind::Person).then(builders::password_hash);
        let inserted = apply_one(&*store, Change::User(UserChange::Insert(user.clone(), password))).await;
        assert_eq!(inserted, Outcome::Inserted);
        assert_eq!(user_now(&*store, &user).await, user);
    }
}

pub async fn a_user_is_found_in_their_organization_alone(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    assert_eq!(store.find_user(other.organization.id, seed.owner.id).await.unwrap(), None);
    assert_eq!(store.find_user(builders::id(), seed.owner.id).await.unwrap(), None);
    assert_eq!(store.find_user(seed.organization.id, builders::id()).await.unwrap(), None);
}

pub async fn pictures_are_in_use_while_their_users_are_there(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (first, second, unknown) = (builders::id(), builders::id(), builders::id());
    let ann = User { avatar: Some(first), ..seed.owner.clone() };
    let bob = User { avatar: Some(second), ..builders::user(&seed.organization) };
    let insert = Change::User(UserChange::Insert(bob.clone(), Some(builders::password_hash())));
    apply(&*store, [update(&ann), insert]).await;
    let in_use = async |asked: &[_]| store.avatars_in_use(asked).await.unwrap();
    let mut both = in_use(&[unknown, second, first]).await;
    both.sort();
    assert_eq!((both, in_use(&[]).await, in_use(&[unknown]).await), (vec![first, second], vec![], vec![]));

    let without = User { avatar: None, version: 2, ..ann };
    let delete = Change::User(UserChange::Delete { user: bob.id, at: builders::at() });
    apply(&*store, [update(&without), delete]).await;
    assert_eq!(in_use(&[first, second]).await, []);
}

pub async fn a_user_update_writes_all_but_identity(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let written = User {
        role: OrganizationRole::Admin,
        handle: Handle::parse("new.handle_1").unwrap(),
        email: Some(Email::parse("new@example.org").unwrap()),
        display_name: Text::parse("Новое имя").unwrap(),
        bio: Some(Text::parse("").unwrap()),
        avatar: Some(builders::id()),
        deactivated_at: Some(builders::at()),
        version: 2,
        updated_at: builders::at(),
        ..seed.owner.clone()
    };
    let given = User {
        organization_id: other.organization.id,
        kind: UserKind::Service,
        created_at: Timestamp::EPOCH,
        ..written.clone()
    };
    assert_eq!(apply_one(&*store, update(&given)).await, Outcome::Updated);
    assert_eq!(user_now(&*store, &written).await, written);

    let cleared = User { bio: None, avatar: None, deactivated_at: None, ..written };
    assert_eq!(apply_one(&*store, update(&cleared)).await, Outcome::Updated);
    assert_eq!(user_now(&*store, &cleared).await, cleared);
}

pub async fn an_update_of_an_unknown_account_changes_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = builders::user(&seed.organization);
    assert_eq!(apply_one(&*store, update(&user)).await, Outcome::Unchanged);
    assert_eq!(store.find_user(user.organization_id, user.id).await.unwrap(), None);

    let unknown: UserId = builders::id();
    let password = Change::User(UserChange::SetPassword(unknown, builders::password_hash()));
    assert_eq!(apply_one(&*store, password).await, Outcome::Unchanged);

    let organization =
        Organization { default_agent_id: seed.organization.default_agent_id, ..builders::organization() };
    let change = Change::Organization(OrganizationChange::Update(organization.clone()));
    assert_eq!(apply_one(&*store, change).await, Outcome::Unchanged);
    assert_eq!(store.find_organization(organization.id).await.unwrap(), None);
}

pub async fn credentials_are_found_by_address(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let address = Email::parse(&email_of(&seed.owner).as_str().to_uppercase()).unwrap();
    let found = store.find_credentials(&address).await.unwrap().expect("the owner signs in");
    assert_eq!(found.user, seed.owner);
    assert_eq!(found.password.0, builders::password_hash().0);
}

pub async fn nobody_signs_in_with_an_unknown_address(store: Arc<dyn Store>) {
    Seed::commit(&*store).await;
    assert_eq!(store.find_credentials(&Email::parse("nobody@example.org").unwrap()).await.unwrap(), None);
}

pub async fn who_is_deactivated_is_found_as_such(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let deactivated = User { deactivated_at: Some(builders::at()), version: 2, ..seed.owner.clone() };
    apply_one(&*store, update(&deactivated)).await;
    let found = store.find_credentials(email_of(&seed.owner)).await.unwrap().expect("they had a password");
    assert_eq!(found.user, deactivated);
}

pub async fn nobody_signs_in_without_a_password(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let user = builders::user(&seed.organization);
    apply_one(&*store, Change::User(UserChange::Insert(user.clone(), None))).await;
    assert_eq!(store.find_credentials(email_of(&user)).await.unwrap(), None);
    assert_eq!(user_now(&*store, &user).await, user);
}

pub async fn a_password_is_replaced_and_the_user_stays(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let hash = PasswordHash("$argon2id$v=19$m=16,t=2,p=1$c3RlYWRzYWx0$YW5vdGhlciBoYXNoIGVudGlyZWx5".to_owned());
    let change = Change::User(UserChange::SetPassword(seed.owner.id, hash.clone()));
    assert_eq!(apply_one(&*store, change).await, Outcome::Updated);
    let found = store.find_credentials(email_of(&seed.owner)).await.unwrap().expect("the owner signs in");
    assert_eq!((found.user, found.password.0), (seed.owner, hash.0));
}

pub async fn an_update_keeps_the_password(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let moved = User { email: Some(Email::parse("moved@example.org").unwrap()), version: 2, ..seed.owner.clone() };
    apply_one(&*store, update(&moved)).await;
    assert_eq!(store.find_credentials(email_of(&seed.owner)).await.unwrap(), None);
    let found = store.find_credentials(email_of(&moved)).await.unwrap().expect("the owner signs in");
    assert_eq!((found.user, found.password.0), (moved, builders::password_hash().0));
}

pub async fn an_address_is_taken_on_the_whole_server(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    for organization in [&seed.organization, &other.organization] {
        let second = User { email: seed.owner.email.clone(), ..builders::user(organization) };
        assert_eq!(conflict_of(&*store, insert(&second)).await, UniqueKey::UserEmail);
        assert_eq!(store.find_user(organization.id, second.id).await.unwrap(), None);
    }
    let moved = User { email: seed.owner.email.clone(), ..other.owner.clone() };
    assert_eq!(conflict_of(&*store, update(&moved)).await, UniqueKey::UserEmail);
    assert_eq!(user_now(&*store, &other.owner).await, other.owner);
}

pub async fn a_users_handle_is_taken_on_the_whole_server(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    for organization in [&seed.organization, &other.organization] {
        let second = User { handle: seed.owner.handle.clone(), ..builders::user(organization) };
        assert_eq!(conflict_of(&*store, insert(&second)).await, UniqueKey::UserHandle);
    }
    let renamed = User { handle: seed.owner.handle.clone(), ..other.owner.clone() };
    assert_eq!(conflict_of(&*store, update(&renamed)).await, UniqueKey::UserHandle);
    assert_eq!(user_now(&*store, &other.owner).await, other.owner);
}

pub async fn a_deactivated_user_still_has_their_address_and_handle(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let gone = User { deactivated_at: Some(builders::at()), ..seed.owner.clone() };
    apply_one(&*store, update(&gone)).await;
    let same_email = User { email: seed.owner.email.clone(), ..builders::user(&seed.organization) };
    assert_eq!(conflict_of(&*store, insert(&same_email)).await, UniqueKey::UserEmail);
    let same_handle = User { handle: seed.owner.handle.clone(), ..builders::user(&seed.organization) };
    assert_eq!(conflict_of(&*store, insert(&same_handle)).await, UniqueKey::UserHandle);
}

pub async fn a_freed_address_and_handle_can_be_taken(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let moved = User {
        handle: Handle::parse("moved").unwrap(),
        email: Some(Email::parse("moved@example.org").unwrap()),
        ..seed.owner.clone()
    };
    apply_one(&*store, update(&moved)).await;
    let heir = User {
        handle: seed.owner.handle.clone(),
        email: seed.owner.email.clone(),
        ..builders::user(&seed.organization)
    };
    assert_eq!(apply_one(&*store, insert(&heir)).await, Outcome::Inserted);
}

pub async fn many_users_have_no_address(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for _ in 0..3 {
        let service = builders::service(&seed.organization);
        let inserted = apply_one(&*store, Change::User(UserChange::Insert(service.clone(), None))).await;
        assert_eq!(inserted, Outcome::Inserted);
        assert_eq!(user_now(&*store, &service).await, service);
    }
}
