//! What [`Notifier`] promises.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use stead_domain::{
    AgentId, ConversationId, MessageId, OrganizationId, RunId, Timestamp, UserId,
    ports::{
        Notifier,
        notifier::{DeltaText, Fleeting, Notice, Notices, Typist},
    },
};
use uuid::Uuid;

/// Makes a test of each promise of [`Notifier`]; `make` is the path of an
/// `async fn() -> ([Arc<dyn Notifier>; 2], impl Sized)`: two nodes (or one, twice), and what keeps them going.
#[macro_export]
macro_rules! notifier_contract_tests {
    ($make:path) => {
        $crate::notifier_contract_tests! { @each $make;
            every_kind_is_told_on_every_node_as_it_was
            what_one_node_tells_keeps_its_order_and_is_told_once
            who_asks_later_is_told_what_comes_later
            nobody_waits_for_a_reader
        }
    };
    (@each $make:path; $($fact:ident)+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $fact() {
            let (nodes, _kept) = $make().await;
            $crate::contracts::notifier::$fact(nodes).await;
        })+
    };
}

/// Two nodes on one database.
pub type Nodes = [Arc<dyn Notifier>; 2];

const PATIENCE: Duration = Duration::from_secs(20);

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn notice(n: u128, what: Fleeting) -> Notice {
    let at = Timestamp::EPOCH.plus(Duration::from_micros(n as u64 + 7));
    Notice { organization_id: OrganizationId::new(id(n)), what, at }
}

fn presence(n: u128) -> Notice {
    notice(n, Fleeting::PresenceChanged { user_id: UserId::new(id(n)) })
}

fn delta(n: u128, text: &str) -> Notice {
    let text = DeltaText::pieces(text).next().unwrap();
    let conversation_id = ConversationId::new(id(n));
    let person = n.is_multiple_of(2).then(|| UserId::new(id(n + 2)));
    let (run_id, message_id) = (RunId::new(id(n + 3)), MessageId::new(id(n + 1)));
    notice(n, Fleeting::Delta { conversation_id, person, run_id, message_id, from: 9, text })
}

fn every_kind() -> Vec<Notice> {
    let conversation_id = ConversationId::new(id(1));
    let (user, agent_id, run_id) = (UserId::new(id(2)), AgentId::new(id(3)), RunId::new(id(4)));
    let answers = |on_behalf_of| notice(5, Fleeting::AiTyping { conversation_id, agent_id, on_behalf_of, run_id });
    vec![
        notice(1, Fleeting::Typing { conversation_id, typist: Typist::User(user) }),
        notice(2, Fleeting::Typing { conversation_id, typist: Typist::Agent(agent_id) }),
        presence(3),
        answers(None),
        answers(Some(user)),
        delta(6, "a \"quoted\" line\nand\u{0} another \u{1F9F1}"),
        delta(7, &"x".repeat(DeltaText::MAX_BYTES)),
    ]
}

async fn next(notices: &mut Notices) -> Notice {
    tokio::time::timeout(PATIENCE, notices.next()).await.expect("nothing is told").expect("it has ended")
}

/// Tells until it is heard: nodes need a moment to hear each other.
async fn until_heard(from: &dyn Notifier, by: &mut Notices) {
    let begun = Instant::now();
    loop {
        from.publish(presence(999));
        if tokio::time::timeout(Duration::from_millis(100), by.next()).await.is_ok() {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "nobody hears");
    }
    while tokio::time::timeout(Duration::from_millis(100), by.next()).await.is_ok() {}
}

/// Readers on both nodes that hear what `from` tells.
async fn readers(from: &dyn Notifier, nodes: &Nodes) -> Vec<Notices> {
    let mut readers = Vec::new();
    for node in nodes {
        let mut notices = node.notices();
        until_heard(from, &mut notices).await;
        readers.push(notices);
    }
    // What was told to the first while the second was waited for.
    while tokio::time::timeout(Duration::from_millis(100), readers[0].next()).await.is_ok() {}
    readers
}

pub async fn every_kind_is_told_on_every_node_as_it_was(nodes: Nodes) {
    for from in &nodes {
        let mut readers = readers(&**from, &nodes).await;
        every_kind().into_iter().for_each(|notice| from.publish(notice));
        for reader in &mut readers {
            for expected in every_kind() {
                assert_eq!(next(reader).await, expected);
            }
        }
    }
}

pub async fn what_one_node_tells_keeps_its_order_and_is_told_once(nodes: Nodes) {
    let mut readers = readers(&*nodes[0], &nodes).await;
    for n in 0..1_000 {
        nodes[0].publish(presence(n));
    }
    nodes[0].publish(delta(5_000, "the end"));
    for reader in &mut readers {
        let mut told = Vec::new();
        while let Notice { what: Fleeting::PresenceChanged { user_id }, .. } = next(reader).await {
            told.push(user_id);
        }
        assert_eq!(told.len(), 1_000, "a thousand at once are not too many");
        assert!(told.is_sorted_by(|one, other| one.uuid() < other.uuid()));
    }
}

pub async fn who_asks_later_is_told_what_comes_later(nodes: Nodes) {
    let _earlier = readers(&*nodes[0], &nodes).await;
    nodes[0].publish(delta(1, "before"));
    let mut later = nodes[0].notices();
    nodes[0].publish(delta(1, "after"));
    assert_eq!(next(&mut later).await, delta(1, "after"));
}

pub async fn nobody_waits_for_a_reader(nodes: Nodes) {
    let (mut slow, mut other) = (nodes[0].notices(), nodes[0].notices());
    let begun = Instant::now();
    for n in 0..50_000 {
        nodes[0].publish(presence(n));
    }
    assert!(begun.elapsed() < PATIENCE);
    // It has lost some, and goes on with what is newer.
    let Notice { what: Fleeting::PresenceChanged { user_id }, .. } = next(&mut slow).await else {
        panic!("nothing else was told")
    };
    assert!(user_id.uuid() > id(0));
    nodes[0].publish(delta(1, "still here"));
    while next(&mut other).await != delta(1, "still here") {}
}
