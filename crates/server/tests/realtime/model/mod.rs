//! What several people piece together from what they are told, while they come and go, their sockets drop and come back, and
//! the server is restarted, or one of two is killed with -9 while messages are on their way to it, is what a fresh look
//! shows; nothing is told twice, and nothing to who is not in the room. `STEAD_TEST_REALTIME_ROUNDS` says how often,
//! `STEAD_TEST_REALTIME_SEED` repeats a round.

mod dice;
mod listener;
mod world;

use std::sync::Arc;

use serde_json::json;

use self::{
    dice::Dice,
    listener::Listener,
    world::{ROOMS, World},
};
use crate::harness::{Account, Setup, Stead, account::registration, call::Address, process::Process};

mod one_node {
    on_both!(what_is_told_is_what_is_there);

    use super::what_is_told_is_what_is_there;
}

mod two_nodes {
    on_postgres!(what_is_told_is_what_is_there_when_a_node_is_killed);

    use super::what_is_told_is_what_is_there_when_a_node_is_killed;
}

/// How much happens in a round.
const STEPS: usize = 160;
/// How many messages are on their way to a node that is killed.
const ON_THEIR_WAY: usize = 12;

async fn what_is_told_is_what_is_there(mut stead: Stead) {
    for round in 0..dice::rounds() {
        let ann = stead.register(&format!("ann{round}")).await;
        let nodes = [ann.address(), ann.address()];
        let mut world = World::new(&ann, round, nodes, Dice::of_round(round)).await;
        for step in 0..STEPS {
            if step == STEPS / 2 {
                // Whoever listens is cut off, and goes on where they were.
                world.cut_off_all();
                stead.restart().await;
            }
            world.take_a_step().await;
        }
        world.ends_with_everybody_knowing_what_is_there().await;
    }
}

async fn what_is_told_is_what_is_there_when_a_node_is_killed(setup: Setup) {
    let (one, other) = (Address::default(), Address::default());
    let mut first = Some(Process::serve(&setup, &one).await);
    let second = Process::serve(&setup, &other).await;
    for round in 0..dice::rounds() {
        let handle = format!("ann{round}");
        let registered = second.stranger().post("/auth/register", registration(&handle)).await.expect(201);
        let ann = Account::from_sign_in(&second.stranger(), &format!("{handle}@example.org"), registered);
        let mut world = World::new(&ann, round, [one.clone(), other.clone()], Dice::of_round(round)).await;
        for step in 0..STEPS {
            if step == STEPS / 2 {
                world.cut_off_those_of(0);
                let rooms = Arc::new(world.rooms.clone());
                let posts = (0..ON_THEIR_WAY).map(|n| {
                    let (ann, rooms) = (ann.through(&one), Arc::clone(&rooms));
                    async move {
                        let path = format!("/channels/{}/messages", rooms[n % ROOMS]);
                        ann.post(&path, json!({"content": format!("on its way {n}")})).try_send().await
                    }
                });
                let (moment, node) = (world.some_moment(), first.take().expect("it runs"));
                let killed = async {
                    tokio::time::sleep(moment).await;
                    node.kill().await;
                };
                // Whether they are there is known to who looks.
                tokio::join!(futures_util::future::join_all(posts), killed);
                world.alive = vec![1];
            }
            if step == STEPS * 3 / 4 {
                first = Some(Process::serve(&setup, &one).await);
                world.alive = vec![0, 1];
            }
            world.take_a_step().await;
        }
        world.ends_with_everybody_knowing_what_is_there().await;
    }
    first.expect("it runs").kill().await;
    second.kill().await;
}
