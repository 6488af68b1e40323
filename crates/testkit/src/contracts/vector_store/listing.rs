use stead_domain::ports::vector_store::{VectorRecord, VectorStoreError};

use super::{Scene, VectorStoreHarness, channel, chunk, ids};

/// Of all kinds and places, however many pages that takes.
pub async fn each_id_is_listed_once(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let other = scene.other(harness).await;
    let file = scene.file(channel(), 0.5);
    let mut records: Vec<VectorRecord> = (0..130).map(|n| chunk(&file, n)).collect();
    records.extend((0..120).map(|_| scene.message(channel(), 0.5)));
    scene.keep(&records).await;
    other.keep(&[scene.message(channel(), 0.5)]).await;
    scene.lists(ids(&records)).await;
}

/// Of an organization that never had a vector.
pub async fn a_list_of_nothing_is_empty(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let page = scene.store.list(scene.organization, None).await.unwrap();
    assert!(page.ids.is_empty() && page.next.is_none(), "{page:?}");
}

/// Anything else is no place to go on from.
pub async fn a_list_goes_on_from_a_page_alone(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    scene.keep(&[scene.message(channel(), 0.5)]).await;
    for wrong in ["", "nonsense", "%00", "ü & \" \n"] {
        let refused = scene.store.list(scene.organization, Some(wrong)).await.unwrap_err();
        assert!(matches!(refused, VectorStoreError::Rejected { .. }), "{wrong:?}: {refused:?}");
    }
}
