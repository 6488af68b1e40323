//! Connections to a node.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use stead_domain::{
    ports::{notifier::Fleeting, presence::ConnectionStatus, store::Change},
    status::{StatusMode, UserStatus},
};
use stead_testkit::builders::{self, Seed};

use super::node::{Node, caller};
use crate::harness::{Setup, eventually, patience::soon};

on_both!(
    who_connects_is_online_then_away_then_offline,
    activity_keeps_somebody_online,
    who_comes_back_in_time_never_left,
    of_the_invisible_nobody_is_told,
    a_status_that_ends_is_told,
    a_node_that_stops_says_who_has_left,
);

/// Everything in moments rather than minutes.
fn quick(setup: Setup) -> Setup {
    setup
        .setting("STEAD_PRESENCE__ACTIVE_FOR", "2s")
        .setting("STEAD_PRESENCE__OFFLINE_AFTER", "500ms")
        .setting("STEAD_PRESENCE__LAPSE_AFTER", "2s")
}

async fn who_connects_is_online_then_away_then_offline(setup: Setup) {
    let mut node = Node::start(&quick(setup)).await;
    let ann = Seed::commit(&*node.store).await.owner;
    assert!(node.is(&ann, ConnectionStatus::Offline).await);
    let open = node.application.attend(&caller(&ann));
    node.hears_of(&ann).await;
    assert!(node.is(&ann, ConnectionStatus::Online).await);
    node.hears_of(&ann).await;
    assert!(node.is(&ann, ConnectionStatus::Away).await);
    open.active();
    node.hears_of(&ann).await;
    assert!(node.is(&ann, ConnectionStatus::Online).await);
    drop(open);
    node.shows(&ann, ConnectionStatus::Offline).await;
    node.hears_of(&ann).await;
    assert!(node.seen(&ann).await.seen.last_seen_at.is_some());
}

async fn activity_keeps_somebody_online(setup: Setup) {
    let node = Node::start(&quick(setup)).await;
    let ann = Seed::commit(&*node.store).await.owner;
    let open = node.application.attend(&caller(&ann));
    node.shows(&ann, ConnectionStatus::Online).await;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        open.active();
        assert!(node.is(&ann, ConnectionStatus::Online).await, "after {:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn who_comes_back_in_time_never_left(setup: Setup) {
    let mut node = Node::start(&setup).await;
    let ann = Seed::commit(&*node.store).await.owner;
    let mut open = node.application.attend(&caller(&ann));
    node.hears_of(&ann).await;
    for round in 0..30 {
        drop(open);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(node.is(&ann, ConnectionStatus::Online).await, "in round {round}");
        open = node.application.attend(&caller(&ann));
    }
    assert!(!node.has_heard(), "nothing changed for others");
    drop(open);
}

async fn of_the_invisible_nobody_is_told(setup: Setup) {
    let mut node = Node::start(&quick(setup)).await;
    let seed = Seed::commit(&*node.store).await;
    let (ann, mia) = (seed.owner.clone(), seed.another_user(&*node.store).await);
    let mode = StatusMode::Invisible;
    let invisible = UserStatus { mode, version: 1, ..UserStatus::unset(ann.organization_id, ann.id) };
    node.store.commit(builders::commit([Change::Status(invisible)])).await.unwrap();
    drop(node.application.attend(&caller(&ann)));
    let connected = async || {
        let told = node.store.presence(ann.organization_id, &[ann.id]).await.unwrap();
        told[0].last_seen_at
    };
    eventually("the connection to be known", connected).await;
    assert!(node.is(&ann, ConnectionStatus::Offline).await);
    // What is told next is of somebody else, who has come and gone after them.
    let attends = node.application.attend(&caller(&mia));
    let expected = Fleeting::PresenceChanged { user_id: mia.id };
    assert_eq!(soon("that she came", node.notices.next()).await.unwrap().what, expected);
    drop(attends);
    assert_eq!(soon("that she left", node.notices.next()).await.unwrap().what, expected);
}

async fn a_status_that_ends_is_told(setup: Setup) {
    let mut node = Node::start(&setup).await;
    let ann = Seed::commit(&*node.store).await.owner;
    let expires_at = Some(node.store.now().await.unwrap().plus(Duration::from_millis(300)));
    let unset = UserStatus::unset(ann.organization_id, ann.id);
    let away = UserStatus { mode: StatusMode::Away, version: 1, expires_at, ..unset };
    node.store.commit(builders::commit([Change::Status(away)])).await.unwrap();
    node.hears_of(&ann).await;
    assert_eq!(node.seen(&ann).await.seen.set.mode, StatusMode::Auto);
}

async fn a_node_that_stops_says_who_has_left(setup: Setup) {
    let node = Node::start(&setup.setting("STEAD_PRESENCE__OFFLINE_AFTER", "0s")).await;
    let ann = Seed::commit(&*node.store).await.owner;
    let open = node.application.attend(&caller(&ann));
    node.shows(&ann, ConnectionStatus::Online).await;
    let stopping = node.application.background().stopping().clone();
    let closes = async {
        stopping.cancelled().await;
        drop(open);
    };
    tokio::join!(node.application.stop(), closes);
    let told = node.store.presence(ann.organization_id, &[ann.id]).await.unwrap();
    assert_eq!(told[0].status, ConnectionStatus::Offline);
}
