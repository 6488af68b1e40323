use stead_domain::{
    FileId, MessageId,
    ports::vector_store::{VectorId, VectorRecord, VectorStoreError},
};

use super::{Scene, VectorStoreHarness, channel, chunk, ids, sources, thread};
use crate::builders::uuid;

/// With its id and version.
pub async fn what_was_stored_is_found(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let (here, there) = (channel(), thread());
    let records = [scene.message(here, 0.9), scene.file(there, 0.8), scene.message(there, 0.7)];
    let passage = VectorRecord {
        id: VectorId::passage(FileId::new(uuid()), 41),
        version: i64::from(u32::MAX),
        author: None,
        file_name: Some(String::new()),
        ..scene.file(here, 0.6)
    };
    let records = [&records[..], &[passage]].concat();
    scene.keep(&records).await;
    let hits = scene.finds(&scene.query(&[here, there]), &ids(&records)).await;
    let versions: Vec<i64> = hits.iter().map(|hit| hit.version).collect();
    assert_eq!(versions, [1, 1, 1, i64::from(u32::MAX)]);
}

/// Its vector, its version, its places.
pub async fn storing_again_replaces(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let (here, there) = (channel(), channel());
    let old = scene.message(here, 0.2);
    scene.keep(std::slice::from_ref(&old)).await;
    let new = VectorRecord { values: scene.near(0.9), version: 2, places: vec![there], ..old.clone() };
    scene.keep(std::slice::from_ref(&new)).await;
    let hits = scene.finds(&scene.query(&[there]), &[old.id]).await;
    assert_eq!(hits[0].version, 2);
    assert!((hits[0].score - 0.9).abs() < 1e-3);
    scene.finds(&scene.query(&[here]), &[]).await;
    scene.lists(vec![old.id]).await;
}

/// In one call.
pub async fn of_one_id_given_twice_the_last_counts(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let (first, other) = (scene.message(here, 0.5), scene.message(here, 0.4));
    let last = VectorRecord { version: 2, ..first.clone() };
    scene.keep(&[first.clone(), other.clone(), last]).await;
    let hits = scene.finds(&scene.query(&[here]), &[first.id, other.id]).await;
    assert_eq!(hits[0].version, 2);
    scene.lists(vec![first.id, other.id]).await;
}

/// And nothing else.
pub async fn what_was_deleted_is_gone(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let records = [scene.message(here, 0.9), scene.file(here, 0.8), scene.message(here, 0.7)];
    scene.keep(&records).await;
    scene.store.delete(scene.organization, &[records[0].id, records[1].id]).await.unwrap();
    scene.finds(&scene.query(&[here]), &[records[2].id]).await;
    scene.lists(vec![records[2].id]).await;
    scene.keep(&records[..1]).await;
    scene.finds(&scene.query(&[here]), &[records[0].id, records[2].id]).await;
}

/// Twice, or in an organization without vectors.
pub async fn deleting_what_is_not_there_is_fine(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let record = scene.message(channel(), 0.5);
    let organization = scene.organization;
    for _ in 0..2 {
        scene.store.delete(organization, &[record.id, record.id]).await.unwrap();
        scene.store.delete_sources(organization, &[record.id.source], 0).await.unwrap();
        scene.store.delete_organization(organization).await.unwrap();
    }
    scene.keep(std::slice::from_ref(&record)).await;
    scene.finds(&scene.query(&record.places), &[record.id]).await;
    for _ in 0..2 {
        scene.store.delete(organization, &[record.id]).await.unwrap();
    }
    scene.finds(&scene.query(&record.places), &[]).await;
}

/// However many there are.
pub async fn a_source_is_deleted_with_all_its_chunks(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let (file, message) = (scene.file(here, 0.5), scene.message(here, 0.4));
    let kept = scene.file(here, 0.3);
    let mut records: Vec<VectorRecord> = (0..25).map(|n| chunk(&file, n)).collect();
    records.extend([message.clone(), chunk(&message, 1), kept.clone()]);
    scene.keep(&records).await;
    scene.lists(ids(&records)).await;
    scene.store.delete_sources(scene.organization, &sources(&[file, message]), 0).await.unwrap();
    scene.lists(vec![kept.id]).await;
    scene.finds(&scene.query(&[here]), &[kept.id]).await;
}

/// From the number of its chunks now.
pub async fn the_rest_of_a_longer_text_is_deleted(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let (one, other) = (scene.message(channel(), 0.5), scene.message(channel(), 0.5));
    let records = [one.clone(), chunk(&one, 1), chunk(&one, 2), chunk(&one, 10), other.clone(), chunk(&other, 2)];
    scene.keep(&records).await;
    scene.store.delete_sources(scene.organization, &[one.id.source], 2).await.unwrap();
    scene.lists(vec![one.id, records[1].id, other.id, records[5].id]).await;
}

/// Even where their ids have the same UUID.
pub async fn a_message_and_a_file_are_not_confused(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let (here, same) = (channel(), uuid());
    let message = VectorRecord { id: VectorId::message(MessageId::new(same), 0), ..scene.message(here, 0.9) };
    let file = VectorRecord { id: VectorId::summary(FileId::new(same)), ..scene.file(here, 0.8) };
    scene.keep(&[message.clone(), file.clone()]).await;
    scene.finds(&scene.query(&[here]), &[message.id, file.id]).await;
    scene.store.delete_sources(scene.organization, &[message.id.source], 0).await.unwrap();
    scene.finds(&scene.query(&[here]), &[file.id]).await;
    scene.store.delete(scene.organization, &[message.id]).await.unwrap();
    scene.lists(vec![file.id]).await;
}

/// The others keep theirs.
pub async fn an_organization_is_deleted_alone(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let other = scene.other(harness).await;
    let (mine, theirs) = (scene.message(channel(), 0.5), other.message(channel(), 0.5));
    scene.keep(std::slice::from_ref(&mine)).await;
    other.keep(std::slice::from_ref(&theirs)).await;
    scene.store.delete_organization(scene.organization).await.unwrap();
    scene.finds(&scene.query(&mine.places), &[]).await;
    scene.lists(Vec::new()).await;
    other.finds(&other.query(&theirs.places), &[theirs.id]).await;
}

/// It takes away what was there under its id.
pub async fn a_vector_without_direction_is_not_kept(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let (record, other) = (scene.message(here, 0.5), scene.message(here, 0.4));
    scene.keep(&[record.clone(), other.clone()]).await;
    scene.finds(&scene.query(&[here]), &[record.id, other.id]).await;
    let void = VectorRecord { values: vec![0.0; scene.dimension], ..record.clone() };
    scene.keep(&[void, VectorRecord { values: vec![-0.0; scene.dimension], ..scene.message(here, 0.5) }]).await;
    scene.finds(&scene.query(&[here]), &[other.id]).await;
    scene.lists(vec![other.id]).await;
}

/// And nothing that came with it is stored.
pub async fn what_is_not_finite_is_refused_whole(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let good = scene.message(channel(), 0.5);
        let mut bad = scene.message(channel(), 0.5);
        bad.values[2] = wrong;
        let refused = scene.store.upsert(scene.organization, vec![good, bad]).await.unwrap_err();
        assert!(matches!(refused, VectorStoreError::Rejected { .. }), "{refused:?}");
        assert!(!refused.is_retryable());
    }
    scene.lists(Vec::new()).await;
}

/// As many as allowed are taken.
pub async fn too_many_places_are_refused(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let places: Vec<_> =
        (0..=VectorRecord::MAX_PLACES).map(|n| if n % 2 == 0 { channel() } else { thread() }).collect();
    let mut record = scene.file(channel(), 0.5);
    record.places.clone_from(&places);
    let refused = scene.store.upsert(scene.organization, vec![record.clone()]).await.unwrap_err();
    assert!(matches!(refused, VectorStoreError::Rejected { .. }), "{refused:?}");
    record.places.pop();
    scene.keep(std::slice::from_ref(&record)).await;
    for place in [places[0], places[VectorRecord::MAX_PLACES - 1]] {
        scene.finds(&scene.query(&[place]), &[record.id]).await;
    }
    scene.finds(&scene.query(&places[VectorRecord::MAX_PLACES..]), &[]).await;
}

/// As the store says of its dimension.
pub async fn a_vector_of_another_length_is_refused_or_not_found(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let good = scene.message(here, 0.5);
    let mut longer = scene.message(here, 0.6);
    longer.values.push(0.5);
    let stored = scene.store.upsert(scene.organization, vec![good.clone(), longer.clone()]).await;
    let mut query = scene.query(&[here]);
    match scene.store.dimension().await.unwrap() {
        None => {
            stored.unwrap();
            scene.finds(&query, &[good.id]).await;
            query.values.push(0.1);
            scene.finds(&query, &[longer.id]).await;
        }
        Some(dimension) => {
            assert_eq!(dimension, scene.dimension);
            for refused in [stored.unwrap_err(), {
                query.values.push(0.1);
                scene.asked(query).await.unwrap_err()
            }] {
                let VectorStoreError::Dimension { given, expected } = refused else { panic!("{refused:?}") };
                assert_eq!((given, expected), (dimension + 1, dimension));
            }
            scene.lists(Vec::new()).await;
        }
    }
}

/// More than one batch.
pub async fn any_number_is_stored_and_deleted(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let records: Vec<VectorRecord> = (0..1_230).map(|_| scene.message(here, 0.5)).collect();
    scene.keep(&records).await;
    scene.lists(ids(&records)).await;
    let (most, rest) = records.split_at(1_100);
    scene.store.delete(scene.organization, &ids(most)).await.unwrap();
    scene.lists(ids(rest)).await;
    let (by_source, last) = rest.split_at(129);
    scene.store.delete_sources(scene.organization, &sources(by_source), 0).await.unwrap();
    scene.lists(ids(last)).await;
}

/// No vectors, no ids, no sources.
pub async fn nothing_to_do_is_fine(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    scene.keep(&[]).await;
    scene.store.delete(scene.organization, &[]).await.unwrap();
    scene.store.delete_sources(scene.organization, &[], 0).await.unwrap();
    scene.lists(Vec::new()).await;
}
