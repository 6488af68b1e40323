//! What only several nodes on one Postgres can show.

use std::time::{Duration, Instant};

use stead_domain::ports::presence::ConnectionStatus;
use stead_testkit::builders::Seed;
use tokio::runtime::Runtime;

use super::node::{Node, caller};
use crate::harness::Setup;

on_postgres!(another_node_knows_within_two_seconds, those_of_a_node_that_died_are_offline);

/// What a promise leaves to the machine that runs the test.
const SLACK: Duration = Duration::from_secs(2);

async fn another_node_knows_within_two_seconds(setup: Setup) {
    let setup = setup.setting("STEAD_PRESENCE__OFFLINE_AFTER", "0s");
    let (here, mut there) = (Node::start(&setup).await, Node::start(&setup).await);
    let seed = Seed::commit(&*here.store).await;
    let [mia, zoe, bob] = [(); 3].map(|()| seed.another_user(&*here.store));
    let (mia, zoe, bob) = (mia.await, zoe.await, bob.await);
    // The pause after a write is still to come.
    let _open = here.application.attend(&caller(&seed.owner));
    there.hears_of(&seed.owner).await;
    let begun = Instant::now();
    let first = here.application.attend(&caller(&mia));
    there.shows(&mia, ConnectionStatus::Online).await;
    assert!(begun.elapsed() < Duration::from_secs(2) + SLACK, "{:?}", begun.elapsed());
    there.hears_of(&mia).await;

    // Who is connected to both stays when one connection ends. What a node writes later tells that it wrote the rest.
    let _second = there.application.attend(&caller(&mia));
    let _after = there.application.attend(&caller(&zoe));
    here.shows(&zoe, ConnectionStatus::Online).await;
    drop(first);
    let _after = here.application.attend(&caller(&bob));
    there.shows(&bob, ConnectionStatus::Online).await;
    assert!(there.is(&mia, ConnectionStatus::Online).await);
}

async fn those_of_a_node_that_died_are_offline(setup: Setup) {
    let setup = setup.setting("STEAD_PRESENCE__LAPSE_AFTER", "1500ms");
    let mut there = Node::start(&setup).await;
    let ann = Seed::commit(&*there.store).await.owner;
    let doomed = Runtime::new().unwrap();
    let dying = setup.clone();
    let connecting = doomed.spawn(async move {
        let node = Node::start(&dying).await;
        let open = node.application.attend(&caller(&ann));
        (node, open, ann)
    });
    let (node, open, ann) = connecting.await.unwrap();
    there.hears_of(&ann).await;
    there.shows(&ann, ConnectionStatus::Online).await;
    // As long as the node lives they are there, however long that is.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(there.is(&ann, ConnectionStatus::Online).await);
    // It is gone from one moment to the next, and says nothing.
    std::mem::forget(open);
    doomed.shutdown_background();
    drop(node);
    there.hears_of(&ann).await;
    assert!(there.is(&ann, ConnectionStatus::Offline).await);
}
