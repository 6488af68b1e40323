//! What [`PresenceSource`] promises.

use std::sync::Arc;

use async_trait::async_trait;
use stead_domain::{
    OrganizationId, UserId,
    ports::{
        PresenceSource, Store,
        presence::{ConnectionStatus, Presence},
    },
};

use crate::{builders, fakes::FakePresence};

/// Makes a test of each promise of [`PresenceSource`]; `make` is the path of an
/// `async fn() -> (Arc<dyn PresenceSource>, impl Comings, impl Sized)`, the last what keeps it going.
#[macro_export]
macro_rules! presence_contract_tests {
    ($make:path) => {
        $crate::presence_contract_tests! { @each $make;
            users_are_told_of_in_the_order_asked_for
            who_comes_and_goes_is_told_of
            nobody_is_told_of_to_another_organization
            a_thousand_users_are_told_of_at_once
        }
    };
    (@each $make:path; $($fact:ident)+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $fact() {
            let (source, comings, _kept) = $make().await;
            $crate::contracts::presence::$fact(&*source, &comings).await;
        })+
    };
}

/// How users come and go, for the source to hear of.
#[async_trait]
pub trait Comings: Send + Sync {
    /// They are there from now on, or not.
    async fn are(&self, organization: OrganizationId, users: &[UserId], status: ConnectionStatus);
}

#[async_trait]
impl Comings for Arc<FakePresence> {
    async fn are(&self, organization: OrganizationId, users: &[UserId], status: ConnectionStatus) {
        for user in users {
            self.set(organization, *user, Presence { status, last_seen_at: Some(builders::at()) });
        }
    }
}

/// Through the store: the node that they are connected to says so.
#[async_trait]
impl Comings for Arc<dyn Store> {
    async fn are(&self, organization: OrganizationId, users: &[UserId], status: ConnectionStatus) {
        use std::time::Duration;

        use stead_domain::{
            ports::store::{TouchPresence, TouchedUser},
            run::LeaseOwner,
        };

        let (active_for, hour) = (Duration::from_secs(300), Duration::from_secs(3_600));
        let (idle, lives_for) = match status {
            ConnectionStatus::Online => (Duration::ZERO, hour),
            ConnectionStatus::Away => (active_for, hour),
            ConnectionStatus::Offline => (Duration::ZERO, Duration::ZERO),
        };
        let touched = |user: &UserId| TouchedUser {
            organization_id: organization,
            user_id: *user,
            idle,
            lives_for,
            is_arriving: false,
        };
        // All from the one node: what it says of somebody counts in place of what it said before.
        let node = LeaseOwner(uuid::Uuid::from_u128(1));
        let touch = TouchPresence { node, active_for, users: users.iter().map(touched).collect() };
        self.touch_presence(touch).await.unwrap();
    }
}

async fn statuses(
    source: &dyn PresenceSource,
    organization: OrganizationId,
    users: &[UserId],
) -> Vec<ConnectionStatus> {
    source.presence(organization, users).await.unwrap().into_iter().map(|presence| presence.status).collect()
}

/// Also of the one asked for twice.
pub async fn users_are_told_of_in_the_order_asked_for(source: &dyn PresenceSource, comings: &impl Comings) {
    use ConnectionStatus::{Away, Offline, Online};
    let organization = builders::id();
    let [online, away, offline, unknown] = std::array::from_fn(|_| builders::id());
    comings.are(organization, &[online], Online).await;
    comings.are(organization, &[away], Away).await;
    comings.are(organization, &[offline], Offline).await;
    let asked = [unknown, away, online, offline, away];
    assert_eq!(statuses(source, organization, &asked).await, [Offline, Away, Online, Offline, Away]);
    assert_eq!(source.presence(organization, &[unknown]).await.unwrap(), [Presence::UNKNOWN]);
    assert_eq!(source.presence(organization, &[]).await.unwrap(), []);
}

/// And when they were last there, is known as long as anything is.
pub async fn who_comes_and_goes_is_told_of(source: &dyn PresenceSource, comings: &impl Comings) {
    let (organization, user) = (builders::id(), builders::id());
    for status in
        [ConnectionStatus::Online, ConnectionStatus::Away, ConnectionStatus::Online, ConnectionStatus::Offline]
    {
        comings.are(organization, &[user], status).await;
        let told = source.presence(organization, &[user]).await.unwrap();
        assert_eq!(told[0].status, status);
        assert!(told[0].last_seen_at.is_some());
    }
}

/// They are offline, and nobody knows when they were there.
pub async fn nobody_is_told_of_to_another_organization(source: &dyn PresenceSource, comings: &impl Comings) {
    let (organization, user) = (builders::id(), builders::id());
    comings.are(organization, &[user], ConnectionStatus::Online).await;
    assert_eq!(source.presence(builders::id(), &[user]).await.unwrap(), [Presence::UNKNOWN]);
}

/// Every other one of them is there.
pub async fn a_thousand_users_are_told_of_at_once(source: &dyn PresenceSource, comings: &impl Comings) {
    let organization = builders::id();
    let users: Vec<UserId> = (0..1_000).map(|_| builders::id()).collect();
    let there: Vec<UserId> = users.iter().step_by(2).copied().collect();
    comings.are(organization, &there, ConnectionStatus::Online).await;
    let told = statuses(source, organization, &users).await;
    let expected = [ConnectionStatus::Online, ConnectionStatus::Offline].into_iter().cycle().take(1_000);
    assert!(told.into_iter().eq(expected));
}
