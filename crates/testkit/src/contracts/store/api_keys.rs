//! API keys.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    UserId,
    api_key::{ApiKey, USE_NOTED_EVERY},
    page::{Page, PageLimit, Position, Slice},
    ports::store::{ApiKeyChange, ApiKeyViewer, Change, Outcome, PruneBefore, Store, UniqueKey, UserChange},
    scope::Scope,
    text::Text,
    user::User,
};
use uuid::Uuid;

use super::{
    expectations::{apply, apply_one, conflict_of},
    paging_model::every_page_is_right,
    prune::NOTHING,
};
use crate::builders::{self, Seed};

fn insert(key: &ApiKey) -> Change {
    Change::ApiKey(ApiKeyChange::Insert(key.clone()))
}

async fn stored(store: &dyn Store, user: &User) -> ApiKey {
    let key = builders::api_key(user);
    assert_eq!(apply_one(store, insert(&key)).await, Outcome::Inserted);
    key
}

async fn key_now(store: &dyn Store, key: &ApiKey) -> ApiKey {
    store.find_api_key(key.id).await.unwrap().expect("a key that is there").0
}

/// A service of the organization.
async fn service(store: &dyn Store, seed: &Seed) -> User {
    let service = builders::service(&seed.organization);
    apply_one(store, Change::User(UserChange::Insert(service.clone(), None))).await;
    service
}

async fn listed(store: &dyn Store, seed: &Seed, user: UserId, is_admin: bool, page: Page) -> Slice<Uuid> {
    let slice = store.list_api_keys(seed.organization.id, ApiKeyViewer { user, is_admin }, page).await.unwrap();
    Slice {
        items: slice.items.into_iter().map(|key| key.id.uuid()).collect(),
        has_older: slice.has_older,
        has_newer: slice.has_newer,
    }
}

fn newest() -> Page {
    Page { position: Position::Newest, limit: PageLimit::MAX }
}

pub async fn a_key_is_read_as_written_with_its_user(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let service = service(&*store, &seed).await;
    let plain = builders::api_key(&seed.owner);
    let full = ApiKey {
        name: Text::parse("Schlüssel 🗝").unwrap(),
        created_by: seed.owner.id,
        scopes: Scope::ALL.into_iter().collect(),
        last_used_at: Some(builders::at()),
        revoked_at: Some(builders::at()),
        ..builders::api_key(&service)
    };
    assert!(full.of_organization && !plain.of_organization);
    for (key, user) in [(plain, &seed.owner), (full, &service)] {
        apply_one(&*store, insert(&key)).await;
        assert_eq!(store.find_api_key(key.id).await.unwrap(), Some((key, user.clone())));
    }
}

pub async fn an_unknown_api_key_is_none(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    stored(&*store, &seed.owner).await;
    assert_eq!(store.find_api_key(builders::id()).await.unwrap(), None);
}

pub async fn a_keys_user_is_as_they_are_now(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let key = stored(&*store, &seed.owner).await;
    let now = User { deactivated_at: Some(builders::at()), version: 2, ..seed.owner.clone() };
    apply_one(&*store, Change::User(UserChange::Update(now.clone()))).await;
    assert_eq!(store.find_api_key(key.id).await.unwrap(), Some((key, now)));
}

pub async fn a_keys_id_is_taken_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let key = stored(&*store, &seed.owner).await;
    assert_eq!(conflict_of(&*store, insert(&key)).await, UniqueKey::Id);
}

pub async fn a_service_is_made_with_its_key(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let service = builders::service(&seed.organization);
    let key = builders::api_key(&service);
    let made = Change::User(UserChange::Insert(service.clone(), None));
    assert_eq!(apply(&*store, [made, insert(&key)]).await, [Outcome::Inserted; 2]);
    assert_eq!(store.find_api_key(key.id).await.unwrap(), Some((key, service)));
}

pub async fn a_key_is_revoked_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (key, other) = (stored(&*store, &seed.owner).await, stored(&*store, &seed.owner).await);
    let at = builders::at();
    let revoke = |at| Change::ApiKey(ApiKeyChange::Revoke { key: key.id, at });
    assert_eq!(apply_one(&*store, revoke(at)).await, Outcome::Updated);
    assert_eq!(apply_one(&*store, revoke(builders::at())).await, Outcome::Unchanged);
    assert_eq!(key_now(&*store, &key).await, ApiKey { revoked_at: Some(at), ..key });
    assert_eq!(key_now(&*store, &other).await, other);
}

pub async fn the_use_of_a_key_is_noted_now_and_then(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (key, other) = (stored(&*store, &seed.owner).await, stored(&*store, &seed.owner).await);
    let first = builders::at();
    let touch = |at| Change::ApiKey(ApiKeyChange::Touch { key: key.id, at });
    assert_eq!(apply_one(&*store, touch(first)).await, Outcome::Updated);
    for too_soon in [first.minus(Duration::from_secs(1)), first, first.plus(USE_NOTED_EVERY - Duration::from_secs(1))] {
        assert_eq!(apply_one(&*store, touch(too_soon)).await, Outcome::Unchanged);
    }
    assert_eq!(key_now(&*store, &key).await.last_used_at, Some(first));
    let later = first.plus(USE_NOTED_EVERY);
    assert_eq!(apply_one(&*store, touch(later)).await, Outcome::Updated);
    assert_eq!(key_now(&*store, &key).await, ApiKey { last_used_at: Some(later), ..key });
    assert_eq!(key_now(&*store, &other).await, other);
}

pub async fn a_change_of_an_unknown_key_changes_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    stored(&*store, &seed.owner).await;
    let (key, at) = (builders::id(), builders::at());
    assert_eq!(apply_one(&*store, Change::ApiKey(ApiKeyChange::Touch { key, at })).await, Outcome::Unchanged);
    assert_eq!(apply_one(&*store, Change::ApiKey(ApiKeyChange::Revoke { key, at })).await, Outcome::Unchanged);
}

pub async fn a_viewer_sees_the_keys_that_are_visible_to_them(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let foreign = Seed::commit(&*store).await;
    let (member, service) = (seed.another_user(&*store).await, service(&*store, &seed).await);
    let mut keys = Vec::new();
    for user in [&seed.owner, &member, &service] {
        keys.push(stored(&*store, user).await);
    }
    let expired = ApiKey { expires_at: seed.owner.created_at, ..builders::api_key(&member) };
    apply_one(&*store, insert(&expired)).await;
    keys.push(expired);
    let revoked = ApiKey { revoked_at: Some(builders::at()), ..builders::api_key(&member) };
    apply_one(&*store, insert(&revoked)).await;
    stored(&*store, &foreign.owner).await;
    for user in [&seed.owner, &member, &service] {
        for is_admin in [true, false] {
            let visible = keys.iter().filter(|key| key.is_visible_to(user.id, is_admin));
            let visible: Vec<Uuid> = visible.map(|key| key.id.uuid()).collect();
            assert_eq!(listed(&*store, &seed, user.id, is_admin, newest()).await.items, visible, "{user:?} {is_admin}");
        }
    }
    assert_eq!(listed(&*store, &foreign, member.id, false, newest()).await.items, Vec::<Uuid>::new());
}

pub async fn keys_are_listed_in_pages(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (member, service) = (seed.another_user(&*store).await, service(&*store, &seed).await);
    let mut ids = Vec::new();
    for user in [&seed.owner, &member, &service, &seed.owner, &service, &member, &seed.owner] {
        let key = stored(&*store, user).await;
        if user.id != member.id {
            ids.push(key.id.uuid());
        }
    }
    every_page_is_right(&ids, async |page| listed(&*store, &seed, seed.owner.id, true, page).await).await;
}

pub async fn api_keys_that_ended_earlier_are_removed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let at = builders::at();
    let before = at.minus(Duration::from_micros(1));
    let key = || builders::api_key(&seed.owner);
    let expired = ApiKey { expires_at: before, ..key() };
    let revoked = ApiKey { revoked_at: Some(before), ..key() };
    let kept = [ApiKey { expires_at: at, ..key() }, ApiKey { revoked_at: Some(at), ..key() }, key()];
    apply(&*store, kept.iter().chain([&expired, &revoked]).map(insert)).await;
    while store.prune(PruneBefore { sessions: at, ..NOTHING }).await.unwrap() {}
    for gone in [expired, revoked] {
        assert_eq!(store.find_api_key(gone.id).await.unwrap(), None);
    }
    for kept in kept {
        assert_eq!(key_now(&*store, &kept).await, kept);
    }
}
