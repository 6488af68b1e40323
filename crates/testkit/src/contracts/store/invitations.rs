//! Invitations, and the guards of who may be invited, stay and go.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    Timestamp,
    invitation::Invitation,
    page::{Page, Position, Slice},
    ports::store::{
        Change, Committed, Guard, InvitationChange, OrganizationChange, Outcome, Store, StoreError, UniqueKey,
        UserChange,
    },
    text::Email,
    user::{OrganizationRole, User},
};

use super::{
    concurrency::all_at_once,
    expectations::{apply_one, conflict_of, holds},
    paging_model::every_page_is_right,
    scenes::page,
};
use crate::builders::{self, Seed};

fn insert(invitation: &Invitation) -> Change {
    Change::Invitation(InvitationChange::Insert(invitation.clone()))
}

async fn invited(store: &dyn Store, invitation: Invitation) -> Invitation {
    assert_eq!(apply_one(store, insert(&invitation)).await, Outcome::Inserted);
    invitation
}

fn taken(invitation: &Invitation, by: &User, at: Timestamp) -> Change {
    Change::Invitation(InvitationChange::Use { invitation: invitation.id, by: by.id, at })
}

fn withdrawn(invitation: &Invitation, at: Timestamp) -> Change {
    Change::Invitation(InvitationChange::Revoke { invitation: invitation.id, at })
}

pub async fn an_invitation_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let plain = builders::invitation(&seed.owner);
    let full = Invitation {
        email: Some(Email::parse("ann@example.org").unwrap()),
        role: OrganizationRole::Owner,
        used: Some((builders::at(), seed.owner.id)),
        revoked_at: Some(builders::at()),
        ..builders::invitation(&seed.owner)
    };
    for invitation in [plain, full] {
        let invitation = invited(&*store, invitation).await;
        assert_eq!(store.find_invitation(invitation.id).await.unwrap(), Some(invitation.clone()));
        assert_eq!(conflict_of(&*store, insert(&invitation)).await, UniqueKey::Id);
    }
    assert_eq!(store.find_invitation(builders::id()).await.unwrap(), None);
}

pub async fn an_invitation_is_taken_or_withdrawn_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (one, two) = (builders::invitation(&seed.owner), builders::invitation(&seed.owner));
    let (one, two) = (invited(&*store, one).await, invited(&*store, two).await);
    let at = builders::at();
    assert_eq!(apply_one(&*store, taken(&one, &seed.owner, at)).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, withdrawn(&two, at)).await, Outcome::Updated);
    for invitation in [&one, &two, &builders::invitation(&seed.owner)] {
        assert_eq!(apply_one(&*store, taken(invitation, &seed.owner, builders::at())).await, Outcome::Unchanged);
        assert_eq!(apply_one(&*store, withdrawn(invitation, builders::at())).await, Outcome::Unchanged);
    }
    let used = Invitation { used: Some((at, seed.owner.id)), ..one };
    assert_eq!(store.find_invitation(used.id).await.unwrap(), Some(used));
    let revoked = Invitation { revoked_at: Some(at), ..two };
    assert_eq!(store.find_invitation(revoked.id).await.unwrap(), Some(revoked));
}

pub async fn an_invitation_guard_holds_while_it_is_open(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let open = invited(&*store, builders::invitation(&seed.owner)).await;
    let guard = |invitation: &Invitation, at| Guard::Invitation { invitation: invitation.id, at };
    assert!(holds(&*store, guard(&open, open.created_at)).await);
    assert!(holds(&*store, guard(&open, open.expires_at.minus(Duration::from_micros(1)))).await);
    assert!(!holds(&*store, guard(&open, open.expires_at)).await);
    let (used, revoked) = (builders::invitation(&seed.owner), builders::invitation(&seed.owner));
    let (used, revoked) = (invited(&*store, used).await, invited(&*store, revoked).await);
    apply_one(&*store, taken(&used, &seed.owner, builders::at())).await;
    apply_one(&*store, withdrawn(&revoked, builders::at())).await;
    for over in [used, revoked, builders::invitation(&seed.owner)] {
        assert!(!holds(&*store, guard(&over, over.created_at)).await);
    }
}

pub async fn one_of_many_takes_an_invitation(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let invitation = invited(&*store, builders::invitation(&seed.owner)).await;
    let results = all_at_once((0..8).map(|_| {
        let (store, user) = (Arc::clone(&store), builders::user(&seed.organization));
        let guard = Guard::Invitation { invitation: invitation.id, at: invitation.created_at };
        let changes = [taken(&invitation, &user, invitation.created_at), Change::User(UserChange::Insert(user, None))];
        async move { store.commit(builders::guarded([guard], changes)).await }
    }))
    .await;
    let done = results.iter().filter(|result| matches!(result, Ok(Committed::Done(_)))).count();
    let refused = results.iter().filter(|result| matches!(result, Err(StoreError::Refused(_)))).count();
    assert_eq!((done, refused), (1, 7), "{results:?}");
}

pub async fn open_invitations_of_the_organization_are_listed(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let open = invited(&*store, builders::invitation(&seed.owner)).await;
    let used = invited(&*store, builders::invitation(&seed.owner)).await;
    let revoked = invited(&*store, builders::invitation(&seed.owner)).await;
    invited(&*store, builders::invitation(&other.owner)).await;
    apply_one(&*store, taken(&used, &seed.owner, builders::at())).await;
    apply_one(&*store, withdrawn(&revoked, builders::at())).await;
    let organization = seed.organization.id;
    let list = async |at| store.list_invitations(organization, at, page(Position::Newest, 100)).await.unwrap().items;
    assert_eq!(list(open.created_at).await, std::slice::from_ref(&open));
    assert_eq!(list(open.expires_at).await, []);
}

pub async fn invitations_are_listed_in_pages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(invited(&*store, builders::invitation(&seed.owner)).await.id.uuid());
    }
    every_page_is_right(&ids, async |page: Page| {
        let at = seed.owner.created_at;
        let Slice { items, has_older, has_newer } =
            store.list_invitations(seed.organization.id, at, page).await.unwrap();
        Slice { items: items.into_iter().map(|item| item.id.uuid()).collect(), has_older, has_newer }
    })
    .await;
}

async fn insert_user(store: &dyn Store, user: User) -> User {
    assert_eq!(apply_one(store, Change::User(UserChange::Insert(user.clone(), None))).await, Outcome::Inserted);
    user
}

pub async fn an_organization_guard_holds_until_it_is_deleted(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let organization = seed.organization.id;
    assert!(holds(&*store, Guard::Organization(organization)).await);
    assert!(!holds(&*store, Guard::Organization(builders::id())).await);
    let delete = OrganizationChange::Delete { organization, at: builders::at() };
    apply_one(&*store, Change::Organization(delete)).await;
    assert!(!holds(&*store, Guard::Organization(organization)).await);
}

pub async fn a_user_guard_holds_for_active_users_of_that_role_or_more(store: Arc<dyn Store>) {
    use OrganizationRole::{Admin, Member, Owner};
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let organization = seed.organization.id;
    let admin = insert_user(&*store, User { role: Admin, ..builders::user(&seed.organization) }).await;
    let guard = |user: &User, at_least| Guard::User { organization, user: user.id, at_least };
    for (user, at_least, expected) in [
        (&seed.owner, Owner, true),
        (&seed.owner, Member, true),
        (&admin, Owner, false),
        (&admin, Admin, true),
        (&admin, Member, true),
        (&other.owner, Member, false),
    ] {
        assert_eq!(holds(&*store, guard(user, at_least)).await, expected, "{:?} {at_least:?}", user.role);
    }
    let gone = User { deactivated_at: Some(builders::at()), version: 2, ..admin };
    apply_one(&*store, Change::User(UserChange::Update(gone.clone()))).await;
    assert!(!holds(&*store, guard(&gone, Member)).await);
}

pub async fn another_owner_is_an_active_person(store: Arc<dyn Store>) {
    use OrganizationRole::{Admin, Owner};
    let (seed, _other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let organization = seed.organization.id;
    let guard = || Guard::AnotherOwner { organization, besides: seed.owner.id };
    let gone = User { role: Owner, deactivated_at: Some(builders::at()), ..builders::user(&seed.organization) };
    insert_user(&*store, gone.clone()).await;
    insert_user(&*store, User { role: Admin, ..builders::user(&seed.organization) }).await;
    insert_user(&*store, User { role: Owner, ..builders::service(&seed.organization) }).await;
    assert!(!holds(&*store, guard()).await);
    let back = User { deactivated_at: None, version: 2, ..gone.clone() };
    apply_one(&*store, Change::User(UserChange::Update(back))).await;
    assert!(holds(&*store, guard()).await);
    apply_one(&*store, Change::User(UserChange::Delete { user: gone.id, at: builders::at() })).await;
    assert!(!holds(&*store, guard()).await);
}

pub async fn a_sole_member_is_alone_among_active_people(store: Arc<dyn Store>) {
    let (seed, _other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    let guard = || Guard::SoleMember { organization: seed.organization.id, user: seed.owner.id };
    insert_user(&*store, builders::service(&seed.organization)).await;
    let gone = User { deactivated_at: Some(builders::at()), ..builders::user(&seed.organization) };
    insert_user(&*store, gone).await;
    assert!(holds(&*store, guard()).await);
    let member = insert_user(&*store, builders::user(&seed.organization)).await;
    assert!(!holds(&*store, guard()).await);
    apply_one(&*store, Change::User(UserChange::Delete { user: member.id, at: builders::at() })).await;
    assert!(holds(&*store, guard()).await);
}

pub async fn two_owners_who_leave_at_once_leave_one(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let second = insert_user(&*store, builders::owner(&seed.organization)).await;
    let organization = seed.organization.id;
    let results = all_at_once([seed.owner.clone(), second].into_iter().map(|owner| {
        let store = Arc::clone(&store);
        let guard = Guard::AnotherOwner { organization, besides: owner.id };
        let demoted = User { role: OrganizationRole::Member, version: 2, ..owner };
        async move { store.commit(builders::guarded([guard], [Change::User(UserChange::Update(demoted))])).await }
    }))
    .await;
    let done = results.iter().filter(|result| matches!(result, Ok(Committed::Done(_)))).count();
    let refused = results.iter().filter(|result| matches!(result, Err(StoreError::Refused(_)))).count();
    assert_eq!((done, refused), (1, 1), "{results:?}");
}
