//! What it does when it is told to.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use stead_domain::{
    OrganizationId,
    ports::{
        VectorStore,
        vector_store::{VectorHit, VectorId},
    },
};

use super::{FakeVectorStore, VectorFault, VectorLie};
use crate::{
    builders::id,
    contracts::vector_store::{Scene, VectorStoreHarness, channel, ids},
    gate::Gate,
};

#[async_trait]
impl VectorStoreHarness for FakeVectorStore {
    fn store(&self) -> Arc<dyn VectorStore> {
        Arc::new(self.clone())
    }

    async fn organization(&self) -> OrganizationId {
        id()
    }
}

#[tokio::test]
async fn frozen_it_shows_what_was_there() {
    let fake = FakeVectorStore::new();
    let scene = Scene::new(&fake).await;
    let here = channel();
    let (old, new) = (scene.message(here, 0.9), scene.message(here, 0.8));
    scene.keep(std::slice::from_ref(&old)).await;
    fake.freeze();
    scene.keep(std::slice::from_ref(&new)).await;
    scene.store.delete(scene.organization, &[old.id]).await.unwrap();
    let hits = scene.asked(scene.query(&[here])).await.unwrap();
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [old.id]);
    assert_eq!(ids(&fake.kept(scene.organization)), [new.id]);
    fake.mend();
    assert_eq!(scene.asked(scene.query(&[here])).await.unwrap()[0].id, new.id);
    fake.lag_for(Duration::from_secs(3600));
    scene.store.delete_organization(scene.organization).await.unwrap();
    assert_eq!(scene.asked(scene.query(&[here])).await.unwrap().len(), 1);
}

#[tokio::test]
async fn it_lies_as_told() {
    let fake = FakeVectorStore::new();
    let (scene, foreign) = (Scene::new(&fake).await, Scene::new(&fake).await);
    let (here, there) = (channel(), channel());
    let records = [scene.message(here, 0.5), scene.message(there, 0.6), scene.message(here, 0.7)];
    scene.keep(&records).await;
    scene.store.delete(scene.organization, &[records[2].id]).await.unwrap();
    let theirs = foreign.message(there, 0.8);
    foreign.keep(std::slice::from_ref(&theirs)).await;
    let strange = VectorHit { id: VectorId::summary(id()), version: 7, score: 1.0 };
    let [in_here, elsewhere, deleted] = [records[0].id, records[1].id, records[2].id];
    for (lies, expected) in [
        (vec![], vec![in_here]),
        (vec![VectorLie::IgnoresTheFilter], vec![elsewhere, in_here]),
        (vec![VectorLie::IgnoresTheOrganization], vec![in_here]),
        (vec![VectorLie::IgnoresTheOrganization, VectorLie::IgnoresTheFilter], vec![theirs.id, elsewhere, in_here]),
        (vec![VectorLie::KeepsWhatWasDeleted], vec![deleted, in_here]),
        (vec![VectorLie::Adds(vec![strange])], vec![strange.id, in_here]),
    ] {
        fake.lie(lies);
        let hits = scene.asked(scene.query(&[here])).await.unwrap();
        assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn it_fails_as_told_and_keeps_what_it_was_asked() {
    let fake = FakeVectorStore::new();
    let scene = Scene::new(&fake).await;
    let record = scene.message(channel(), 0.5);
    let query = scene.query(&record.places);
    fake.break_with(VectorFault::Down);
    assert!(scene.asked(query.clone()).await.unwrap_err().is_retryable());
    assert_eq!(scene.asked(scene.query(&[])).await.unwrap(), [], "nobody is asked");
    fake.break_with(VectorFault::Unauthorized);
    assert!(!scene.asked(query.clone()).await.unwrap_err().is_retryable());
    fake.break_with(VectorFault::TakesNothing);
    scene.store.upsert(scene.organization, vec![record.clone()]).await.unwrap_err();
    assert_eq!(scene.asked(query.clone()).await.unwrap(), []);
    let gate = Gate::new();
    fake.break_with(VectorFault::Hangs(gate.clone()));
    let opened = async {
        gate.reached().await;
        assert_eq!(fake.kept(scene.organization), []);
        gate.open();
    };
    let (stored, ()) = tokio::join!(fake.upsert(scene.organization, vec![record]), opened);
    stored.unwrap();
    assert_eq!(fake.kept(scene.organization).len(), 1);
    assert_eq!(fake.queries(), [(scene.organization, query)]);
}
