use stead_testkit::fakes::{FakeEmbedder, FakeVectorStore};

use super::held;
use crate::harness::Setup;

on_postgres!(of_two_nodes_one_keeps_the_index_and_the_other_takes_over);

async fn of_two_nodes_one_keeps_the_index_and_the_other_takes_over(setup: Setup) {
    let (vectors, embedder) = (FakeVectorStore::new(), FakeEmbedder::new());
    let setup = setup.vectors(&vectors).embedder(&embedder);
    let (mut one, other) = (setup.clone().start().await, setup.start().await);
    let ann = one.register("ann").await;
    let talk = ann.talk().await;
    talk.say("Pears").await.expect(201);
    talk.say("Plums").await.expect(201);
    held(&vectors, &ann, 4).await;
    assert_eq!(embedder.asked().len(), 4, "each is embedded once");
    one.stop().await;
    let bob = other.register("bob").await;
    bob.talk().await.say("Cherries").await.expect(201);
    held(&vectors, &bob, 2).await;
}
