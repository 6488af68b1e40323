//! The index may be Pinecone's: from the setting to the wire.

use std::sync::Arc;

use stead_testkit::pinecone_wire::{PineconeFault, PineconeServer};

use crate::harness::{Account, Setup, eventually, talk::text};

on_both!(a_pinecone_index_is_kept, a_pinecone_index_that_fails_is_caught_up_with);

/// What the embedder gives that is in the house.
const DIMENSION: usize = 384;

async fn pinecone(setup: Setup) -> (Arc<PineconeServer>, Setup) {
    let server = Arc::new(PineconeServer::start(DIMENSION).await);
    let setup = setup
        .setting("STEAD_VECTORS__URL", server.vectors_url())
        .setting("STEAD_VECTORS__API_KEY", PineconeServer::API_KEY);
    (server, setup)
}

/// Until somebody's organization has so many vectors.
async fn holds(server: &PineconeServer, account: &Account, count: usize) {
    eventually(&format!("{count} vectors"), async || {
        (server.ids(text(&account.organization["id"])).len() == count).then_some(())
    })
    .await;
}

async fn a_pinecone_index_is_kept(setup: Setup) {
    let (server, setup) = pinecone(setup).await;
    let stead = setup.start().await;
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    let talk = ann.talk().await;
    talk.say("Pears are ripe").await.expect(201);
    bob.talk().await.say("Plums are not").await.expect(201);
    holds(&server, &ann, 2).await;
    holds(&server, &bob, 2).await;
    ann.delete(&talk.path).await.expect(204);
    holds(&server, &ann, 0).await;
    holds(&server, &bob, 2).await;
    let refusals = server.refusals();
    assert!(refusals.iter().all(|why| why == "Namespace not found"), "{refusals:?}");
}

async fn a_pinecone_index_that_fails_is_caught_up_with(setup: Setup) {
    let (server, setup) = pinecone(setup).await;
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    // Once too often for the adapter's own retries.
    server.break_next(3, PineconeFault::Status(503));
    ann.talk().await.say("Pears are ripe").await.expect(201);
    holds(&server, &ann, 2).await;
}
