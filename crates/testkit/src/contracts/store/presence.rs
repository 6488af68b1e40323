//! Who is connected, and what people have set of themselves.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use stead_domain::{
    OrganizationId, Timestamp, UserId,
    emoji::Emoji,
    ports::{
        presence::{ConnectionStatus, Presence},
        store::{Change, OrganizationChange, Outcome, PruneBefore, Store, TouchPresence, TouchedUser, UserChange},
    },
    run::LeaseOwner,
    status::{StatusMode, StatusText, UserStatus},
    user::User,
};

use super::{
    expectations::apply_one,
    prune::{NOTHING, prune_to_the_end},
    scenes::worker,
};
use crate::builders::{self, Seed};

const HOUR: Duration = Duration::from_secs(3_600);
/// Shorter than anything a test does.
const AN_INSTANT: Duration = Duration::from_micros(1);

/// Somebody who was active just now.
fn active(user: &User) -> TouchedUser {
    TouchedUser {
        organization_id: user.organization_id,
        user_id: user.id,
        idle: Duration::ZERO,
        lives_for: HOUR,
        is_arriving: true,
    }
}

/// Somebody who is connected only.
fn idle(user: &User) -> TouchedUser {
    TouchedUser { idle: HOUR, is_arriving: false, ..active(user) }
}

/// Somebody who is not connected any more.
fn gone(user: &User) -> TouchedUser {
    TouchedUser { lives_for: Duration::ZERO, is_arriving: false, ..active(user) }
}

async fn touch_for(store: &dyn Store, node: LeaseOwner, active_for: Duration, users: Vec<TouchedUser>) -> Vec<UserId> {
    store.touch_presence(TouchPresence { node, active_for, users }).await.unwrap()
}

async fn touch(store: &dyn Store, node: LeaseOwner, user: TouchedUser) -> Vec<UserId> {
    touch_for(store, node, HOUR, vec![user]).await
}

async fn presence(store: &dyn Store, user: &User) -> Presence {
    store.presence(user.organization_id, &[user.id]).await.unwrap()[0]
}

async fn status(store: &dyn Store, user: &User) -> ConnectionStatus {
    presence(store, user).await.status
}

async fn settled(store: &dyn Store) -> Vec<(OrganizationId, UserId)> {
    store.settle_presence(100).await.unwrap()
}

/// What has lapsed, as soon as anything has.
async fn settled_soon(store: &dyn Store) -> Vec<(OrganizationId, UserId)> {
    let began = Instant::now();
    loop {
        let told = settled(store).await;
        if !told.is_empty() {
            return told;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "nothing lapses");
        tokio::task::yield_now().await;
    }
}

fn set_by(user: &User) -> UserStatus {
    UserStatus {
        mode: StatusMode::DoNotDisturb,
        text: Some(StatusText::parse("In a meeting\u{1F4C5} ").unwrap()),
        emoji: Some(Emoji::parse("❤️").unwrap()),
        expires_at: None,
        ai_replies: false,
        since: builders::at(),
        version: 1,
        updated_at: builders::at(),
        ..UserStatus::unset(user.organization_id, user.id)
    }
}

async fn set(store: &dyn Store, status: &UserStatus) -> Outcome {
    apply_one(store, Change::Status(status.clone())).await
}

async fn status_now(store: &dyn Store, user: &User) -> Option<UserStatus> {
    let mut found = store.list_statuses(user.organization_id, &[user.id]).await.unwrap();
    assert!(found.len() < 2);
    found.pop()
}

pub async fn a_connection_counts_as_its_node_last_said(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let node = worker();
    assert_eq!(presence(&*store, &seed.owner).await, Presence::UNKNOWN);
    touch(&*store, node, active(&seed.owner)).await;
    assert_eq!(status(&*store, &seed.owner).await, ConnectionStatus::Online);
    touch(&*store, node, idle(&seed.owner)).await;
    let idle = presence(&*store, &seed.owner).await;
    assert_eq!(idle.status, ConnectionStatus::Away);
    let now = store.now().await.unwrap();
    let seen = idle.last_seen_at.unwrap();
    assert!(now.minus(HOUR + Duration::from_secs(60)) < seen && seen <= now.minus(HOUR), "{seen:?}");
    touch(&*store, node, gone(&seed.owner)).await;
    assert_eq!(status(&*store, &seed.owner).await, ConnectionStatus::Offline);
}

pub async fn connections_to_several_nodes_count_together(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (one, other) = (worker(), worker());
    touch(&*store, one, idle(&seed.owner)).await;
    touch(&*store, other, active(&seed.owner)).await;
    assert_eq!(status(&*store, &seed.owner).await, ConnectionStatus::Online);
    let seen = presence(&*store, &seed.owner).await.last_seen_at;
    touch(&*store, one, gone(&seed.owner)).await;
    assert_eq!(status(&*store, &seed.owner).await, ConnectionStatus::Online);
    touch(&*store, other, gone(&seed.owner)).await;
    touch(&*store, one, idle(&seed.owner)).await;
    let left = presence(&*store, &seed.owner).await;
    assert_eq!(left.status, ConnectionStatus::Away);
    assert!(left.last_seen_at >= seen, "the latest activity anywhere");
}

pub async fn who_becomes_online_by_a_touch_is_answered(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let member = seed.another_user(&*store).await;
    let (one, other) = (worker(), worker());
    assert_eq!(touch(&*store, one, active(&seed.owner)).await, [seed.owner.id]);
    assert_eq!(touch(&*store, other, active(&seed.owner)).await, [], "they were online before");
    let knows = TouchedUser { is_arriving: false, ..active(&member) };
    assert_eq!(touch(&*store, one, knows).await, [], "the node knows that they were");
    for node in [one, other] {
        touch(&*store, node, idle(&seed.owner)).await;
    }
    let both = vec![active(&seed.owner), active(&member)];
    assert_eq!(touch_for(&*store, one, HOUR, both).await, [seed.owner.id]);
    assert_eq!(touch_for(&*store, one, HOUR, vec![]).await, []);
}

pub async fn a_thousand_users_are_touched_at_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut users: Vec<TouchedUser> = Vec::new();
    users.resize_with(1_000, || TouchedUser { user_id: builders::id(), ..active(&seed.owner) });
    let ids: Vec<UserId> = users.iter().map(|user| user.user_id).collect();
    let node = worker();
    let arrived: HashSet<UserId> = touch_for(&*store, node, HOUR, users.clone()).await.into_iter().collect();
    assert_eq!(arrived, ids.iter().copied().collect());
    assert_eq!(touch_for(&*store, node, HOUR, users).await, []);
    let told = store.presence(seed.organization.id, &ids).await.unwrap();
    assert!(told.len() == 1_000 && told.iter().all(|presence| presence.status == ConnectionStatus::Online));
}

pub async fn what_lapses_is_told_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (node, who) = (worker(), (seed.organization.id, seed.owner.id));
    assert_eq!(settled(&*store).await, []);
    touch_for(&*store, node, AN_INSTANT, vec![active(&seed.owner)]).await;
    assert_eq!(settled_soon(&*store).await, [who], "they are active no longer");
    assert_eq!(status(&*store, &seed.owner).await, ConnectionStatus::Away);
    assert_eq!(settled(&*store).await, []);
    touch(&*store, node, gone(&seed.owner)).await;
    assert_eq!(settled_soon(&*store).await, [who], "they are connected no longer");
    assert_eq!(status(&*store, &seed.owner).await, ConnectionStatus::Offline);
    assert_eq!(settled(&*store).await, []);
}

pub async fn what_lapsed_is_told_though_the_node_says_more(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let node = worker();
    touch_for(&*store, node, AN_INSTANT, vec![active(&seed.owner)]).await;
    let began = Instant::now();
    while status(&*store, &seed.owner).await == ConnectionStatus::Online {
        assert!(began.elapsed() < Duration::from_secs(20));
    }
    touch(&*store, node, idle(&seed.owner)).await;
    assert_eq!(settled(&*store).await, [(seed.organization.id, seed.owner.id)]);
    assert_eq!(settled(&*store).await, []);
}

pub async fn one_of_many_is_told_of_each_lapse(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let users: Vec<TouchedUser> =
        (0..60).map(|_| TouchedUser { user_id: builders::id(), ..gone(&seed.owner) }).collect();
    let expected: HashSet<UserId> = users.iter().map(|user| user.user_id).collect();
    touch_for(&*store, worker(), HOUR, users).await;
    let began = Instant::now();
    let mut told = Vec::new();
    while told.len() < expected.len() {
        assert!(began.elapsed() < Duration::from_secs(20), "{} are told of", told.len());
        let more = join_all((0..8).map(|_| store.settle_presence(10))).await;
        told.extend(more.into_iter().flat_map(Result::unwrap).map(|(_, user)| user));
    }
    assert_eq!(told.len(), expected.len(), "one was told of twice");
    assert_eq!(told.into_iter().collect::<HashSet<_>>(), expected);
    assert_eq!(settled(&*store).await, []);
}

pub async fn a_status_is_read_as_written(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    assert_eq!(status_now(&*store, &seed.owner).await, None);
    let mut written = set_by(&seed.owner);
    assert_eq!(set(&*store, &written).await, Outcome::Inserted);
    assert_eq!(status_now(&*store, &seed.owner).await.as_ref(), Some(&written));
    for mode in StatusMode::ALL {
        written = UserStatus { mode, version: written.version + 1, expires_at: Some(builders::at()), ..written };
        assert_eq!(set(&*store, &written).await, Outcome::Updated);
        assert_eq!(status_now(&*store, &seed.owner).await.as_ref(), Some(&written), "whether it has expired or not");
    }
    let cleared = UserStatus { version: written.version + 1, ..UserStatus::unset(seed.organization.id, seed.owner.id) };
    assert_eq!(set(&*store, &cleared).await, Outcome::Updated);
    assert_eq!(status_now(&*store, &seed.owner).await, Some(cleared));
    let other = Seed::commit(&*store).await;
    assert_eq!(store.list_statuses(other.organization.id, &[seed.owner.id]).await.unwrap(), []);
}

pub async fn one_writer_of_a_statuss_version_wins(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for version in [1, 2] {
        let written: Vec<UserStatus> = (0..8).map(|_| UserStatus { version, ..set_by(&seed.owner) }).collect();
        let outcomes = join_all(written.iter().map(|status| set(&*store, status))).await;
        let landed = outcomes.iter().position(|outcome| *outcome != Outcome::Unchanged).expect("one lands");
        assert_eq!(outcomes.iter().filter(|outcome| **outcome != Outcome::Unchanged).count(), 1);
        assert_eq!(status_now(&*store, &seed.owner).await.as_ref(), Some(&written[landed]));
    }
    let stale = UserStatus { version: 4, ..set_by(&seed.owner) };
    assert_eq!(set(&*store, &stale).await, Outcome::Unchanged);
}

pub async fn a_status_that_expires_is_cleared_and_told_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (past, future) = (builders::at(), store.now().await.unwrap().plus(HOUR));
    let member = seed.another_user(&*store).await;
    let expired = UserStatus { expires_at: Some(past), mode: StatusMode::Invisible, ..set_by(&seed.owner) };
    let holds = UserStatus { expires_at: Some(future), ..set_by(&member) };
    for status in [&expired, &holds] {
        set(&*store, status).await;
    }
    assert_eq!(settled(&*store).await, [(seed.organization.id, seed.owner.id)]);
    assert_eq!(settled(&*store).await, []);
    let after = status_now(&*store, &seed.owner).await.unwrap();
    let expected = UserStatus { version: 2, updated_at: after.updated_at, ..expired.at(past) };
    assert_eq!(after, expected);
    assert_eq!(status_now(&*store, &member).await, Some(holds));
}

pub async fn of_the_invisible_nothing_is_told(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let node = worker();
    set(&*store, &UserStatus { mode: StatusMode::Invisible, ..set_by(&seed.owner) }).await;
    assert_eq!(touch(&*store, node, active(&seed.owner)).await, []);
    assert_eq!(status(&*store, &seed.owner).await, ConnectionStatus::Online, "they are there all the same");
    touch(&*store, node, gone(&seed.owner)).await;
    let member = seed.another_user(&*store).await;
    touch(&*store, node, gone(&member)).await;
    assert_eq!(settled_soon(&*store).await, [(seed.organization.id, member.id)]);
    assert_eq!(settled(&*store).await, []);
}

pub async fn the_last_connection_of_each_user_is_kept(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let stranger = builders::user(&seed.organization);
    touch(&*store, worker(), TouchedUser { idle: HOUR, ..gone(&seed.owner) }).await;
    touch(&*store, worker(), gone(&seed.owner)).await;
    touch(&*store, worker(), gone(&stranger)).await;
    let member = seed.another_user(&*store).await;
    touch(&*store, worker(), active(&member)).await;
    let seen = presence(&*store, &seed.owner).await;
    let in_an_hour = store.now().await.unwrap().plus(Duration::from_secs(1));
    prune_to_the_end(&*store, PruneBefore { connections: in_an_hour, ..NOTHING }).await;
    assert_eq!(presence(&*store, &seed.owner).await, seen);
    assert_eq!(presence(&*store, &stranger).await, Presence::UNKNOWN, "there is no such user");
    assert_eq!(status(&*store, &member).await, ConnectionStatus::Online);
    assert!(seen.last_seen_at > Some(Timestamp::EPOCH));
}

pub async fn presence_goes_with_the_user(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let member = seed.another_user(&*store).await;
    for user in [&seed.owner, &member] {
        touch(&*store, worker(), active(user)).await;
        set(&*store, &set_by(user)).await;
    }
    let at = builders::at();
    apply_one(&*store, Change::User(UserChange::Delete { user: member.id, at })).await;
    let purge = || Change::User(UserChange::Purge { user: member.id, at, at_most: 1 });
    while apply_one(&*store, purge()).await == Outcome::Updated {}
    assert_eq!(presence(&*store, &member).await, Presence::UNKNOWN);
    assert_eq!(status_now(&*store, &member).await, None);
    assert_eq!(status(&*store, &seed.owner).await, ConnectionStatus::Online);

    let organization = seed.organization.id;
    apply_one(&*store, Change::Organization(OrganizationChange::Delete { organization, at })).await;
    let purge = || Change::Organization(OrganizationChange::Purge { organization, at_most: 3 });
    while apply_one(&*store, purge()).await == Outcome::Updated {}
    assert_eq!(presence(&*store, &seed.owner).await, Presence::UNKNOWN);
    assert_eq!(status_now(&*store, &seed.owner).await, None);
}
