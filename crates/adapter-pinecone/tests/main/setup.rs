//! An adapter pointed at a server.

use std::{error::Error, sync::Arc, time::Duration};

use stead_adapter_pinecone::{PineconeConfig, PineconeVectorStore};
use stead_domain::{
    OrganizationId,
    ports::{
        VectorStore,
        vector_store::{VectorHit, VectorQuery, VectorRecord, VectorStoreError},
    },
};
pub use stead_testkit::{
    builders::id,
    contracts::vector_store::{Scene, channel, ids, thread},
    pinecone_wire::{PineconeFault, PineconeServer},
};

/// The length of the vectors.
pub const DIMENSION: usize = 8;

/// The server's settings, asking again at once.
pub fn config(server: &PineconeServer) -> PineconeConfig {
    config_of(&server.address())
}

pub fn config_of(address: &str) -> PineconeConfig {
    let mut config = PineconeConfig::new(address.parse().unwrap(), PineconeServer::API_KEY.into()).unwrap();
    config.retries.delay = Duration::from_millis(1);
    config.breaker.failures = 1_000;
    config
}

/// An organization in a store behind this server.
pub fn scene_with(server: &PineconeServer, change: impl FnOnce(&mut PineconeConfig)) -> Scene {
    let mut config = config(server);
    change(&mut config);
    scene_of(config, DIMENSION)
}

pub fn scene_of(config: PineconeConfig, dimension: usize) -> Scene {
    let store: Arc<dyn VectorStore> = Arc::new(PineconeVectorStore::new(config).unwrap());
    Scene { store, organization: id(), dimension }
}

/// A server, a store that knows it, and a message in it.
pub async fn one_message() -> (PineconeServer, Scene, VectorRecord) {
    one_message_with(|_| ()).await
}

pub async fn one_message_with(change: impl FnOnce(&mut PineconeConfig)) -> (PineconeServer, Scene, VectorRecord) {
    let server = PineconeServer::start(DIMENSION).await;
    let scene = scene_with(&server, change);
    let record = scene.message(channel(), 0.5);
    scene.keep(std::slice::from_ref(&record)).await;
    (server, scene, record)
}

/// Asks for what is where the record is.
pub async fn ask(scene: &Scene, record: &VectorRecord) -> Result<Vec<VectorHit>, VectorStoreError> {
    scene.asked(scene.query(&record.places)).await
}

/// The vectors as the server names them.
pub fn names(organization: OrganizationId, records: &[VectorRecord]) -> Vec<String> {
    let mut names: Vec<String> = records.iter().map(|record| record.id.to_text(organization)).collect();
    names.sort();
    names
}

/// One of each call, but for the one that, asked again, finds that all is gone.
pub async fn every_call(scene: &Scene, record: &VectorRecord) -> Vec<VectorStoreError> {
    let (store, organization) = (&scene.store, scene.organization);
    let query = VectorQuery { limit: 500, ..scene.query(&record.places) };
    [
        store.upsert(organization, vec![record.clone()]).await.err(),
        store.delete(organization, &[record.id]).await.err(),
        store.delete_sources(organization, &[record.id.source], 1).await.err(),
        store.query(organization, query).await.err(),
        store.list(organization, None).await.err(),
    ]
    .into_iter()
    .map(|error| error.unwrap())
    .collect()
}

/// Everything that an error says, to people and to logs.
pub fn told(error: &VectorStoreError) -> String {
    let mut told = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        told += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    told
}
