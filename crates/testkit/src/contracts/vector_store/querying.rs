use stead_domain::ports::vector_store::{VectorPlace, VectorQuery, VectorRecord, VectorStoreError};

use super::{MODEL, Scene, VectorStoreHarness, channel, ids, thread};

/// By cosine: how long a vector is does not count.
pub async fn the_nearest_come_first(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let cosines = [1.0, 0.95, 0.6, 0.1, -0.3, -1.0];
    let mut records: Vec<VectorRecord> = cosines.iter().map(|cosine| scene.message(here, *cosine)).collect();
    for (record, factor) in records.iter_mut().zip([0.5, 0.01, 100.0, 3.0, 7.0, 1.0]) {
        record.values.iter_mut().for_each(|value| *value *= factor);
    }
    let shuffled = [3, 0, 5, 1, 4, 2].map(|n: usize| records[n].clone());
    scene.keep(&shuffled).await;
    let mut query = scene.query(&[here]);
    query.values.iter_mut().for_each(|value| *value *= 12.0);
    let hits = scene.finds(&query, &ids(&records)).await;
    for (hit, cosine) in hits.iter().zip(cosines) {
        assert!((hit.score - cosine).abs() < 1e-3, "{} is not {cosine}", hit.score);
    }
}

/// The nearest of them.
pub async fn no_more_than_asked_are_given(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let records = [0.9, 0.8, 0.7, 0.6].map(|cosine| scene.message(here, cosine));
    scene.keep(&records).await;
    scene.finds(&scene.query(&[here]), &ids(&records)).await;
    for limit in [0, 1, 3] {
        let query = VectorQuery { limit, ..scene.query(&[here]) };
        scene.finds(&query, &ids(&records[..limit as usize])).await;
    }
    let query = VectorQuery { limit: u32::MAX, ..scene.query(&[here]) };
    scene.finds(&query, &ids(&records)).await;
}

/// Neither is what is in none.
pub async fn without_a_place_nothing_is_found(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let (record, nowhere) = (scene.file(here, 0.5), VectorRecord { places: Vec::new(), ..scene.file(here, 0.9) });
    scene.keep(&[record.clone(), nowhere.clone()]).await;
    scene.finds(&scene.query(&[here]), &[record.id]).await;
    assert_eq!(scene.asked(scene.query(&[])).await.unwrap(), []);
    scene.lists(vec![record.id, nowhere.id]).await;
}

/// Of either kind.
pub async fn only_the_places_asked_are_found(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let places = [channel(), channel(), thread(), thread()];
    let records = places.map(|place| scene.message(place, 0.5));
    scene.keep(&records).await;
    for (place, record) in places.iter().zip(&records) {
        scene.finds(&scene.query(&[*place]), &[record.id]).await;
    }
    let two = [records[0].clone(), VectorRecord { values: scene.near(0.4), ..records[3].clone() }];
    scene.keep(&two).await;
    scene.finds(&scene.query(&[places[0], places[3]]), &ids(&two)).await;
    scene.finds(&scene.query(&[channel(), thread()]), &[]).await;
}

/// Whichever of them are asked.
pub async fn a_file_is_found_from_each_of_its_places_once(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let places = [channel(), channel(), thread()];
    let file = VectorRecord { places: places.to_vec(), ..scene.file(places[0], 0.5) };
    scene.keep(std::slice::from_ref(&file)).await;
    for asked in [&places[..1], &places[1..2], &places[2..], &places, &[channel(), places[2]]] {
        scene.finds(&scene.query(asked), &[file.id]).await;
    }
    scene.finds(&scene.query(&[channel()]), &[]).await;
}

/// More than an index takes in one filter; what is in several is found once.
pub async fn any_number_of_places_may_be_asked(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let mut places: Vec<VectorPlace> = (0..10_500).map(|_| channel()).collect();
    places.extend((0..2_000).map(|_| thread()));
    let (first, last) = (places[0], places[places.len() - 1]);
    let near = scene.message(last, 0.9);
    let file = VectorRecord { places: vec![first, places[10_400], last], ..scene.file(first, 0.8) };
    let far = scene.message(places[10_450], 0.7);
    scene.keep(&[far.clone(), near.clone(), file.clone(), scene.message(channel(), 1.0)]).await;
    scene.finds(&scene.query(&places), &[near.id, file.id, far.id]).await;
    let query = VectorQuery { limit: 2, ..scene.query(&places) };
    scene.finds(&query, &[near.id, file.id]).await;
    places.extend_from_within(..);
    scene.finds(&scene.query(&places), &[near.id, file.id, far.id]).await;
}

/// Even if it asks for the places of another.
pub async fn an_organization_finds_its_own_alone(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let other = scene.other(harness).await;
    let here = channel();
    let record = scene.message(here, 0.5);
    scene.keep(std::slice::from_ref(&record)).await;
    scene.finds(&scene.query(&[here]), &[record.id]).await;
    assert_eq!(other.asked(other.query(&[here])).await.unwrap(), []);
    other.keep(&[VectorRecord { version: 9, ..record.clone() }]).await;
    other.finds(&other.query(&[here]), &[record.id]).await;
    other.store.delete(other.organization, &[record.id]).await.unwrap();
    other.store.delete_sources(other.organization, &[record.id.source], 0).await.unwrap();
    other.finds(&other.query(&[here]), &[]).await;
    let hits = scene.finds(&scene.query(&[here]), &[record.id]).await;
    assert_eq!(hits[0].version, 1);
}

/// It is near to nothing.
pub async fn a_query_without_direction_finds_nothing(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let record = scene.message(channel(), 0.5);
    scene.keep(std::slice::from_ref(&record)).await;
    scene.finds(&scene.query(&record.places), &[record.id]).await;
    let void = VectorQuery::new(vec![0.0; scene.dimension], MODEL, record.places, 10);
    assert_eq!(scene.asked(void).await.unwrap(), []);
}

/// As what is stored.
pub async fn a_query_that_is_not_finite_is_refused(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let mut query = scene.query(&[channel()]);
    query.values[1] = f32::NAN;
    let refused = scene.asked(query).await.unwrap_err();
    assert!(matches!(refused, VectorStoreError::Rejected { .. }), "{refused:?}");
}
