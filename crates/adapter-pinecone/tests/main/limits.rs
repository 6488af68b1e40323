//! No request is larger than Pinecone takes, and no answer larger than it gives.

use stead_domain::ports::vector_store::{VectorPlace, VectorQuery, VectorRecord};

use crate::setup::{DIMENSION, PineconeServer, channel, config, ids, names, scene_of, scene_with};

#[tokio::test]
async fn large_vectors_go_in_more_requests() {
    const LONG: usize = 3_072;
    let server = PineconeServer::start(LONG).await;
    let scene = scene_of(config(&server), LONG);
    let mut record = scene.message(channel(), 0.5);
    for (n, value) in record.values.iter_mut().enumerate() {
        *value = -1.234_567_9e-5 - n as f32;
    }
    let records: Vec<VectorRecord> =
        (0..90).map(|_| VectorRecord { id: scene.message(channel(), 0.5).id, ..record.clone() }).collect();
    scene.keep(&records).await;
    let requests: Vec<usize> = server
        .requests()
        .iter()
        .filter(|request| request.path == "/vectors/upsert")
        .map(|request| request.bytes)
        .collect();
    assert!(requests.len() > 1 && requests.iter().all(|bytes| *bytes < 2_000_000), "{requests:?}");
    assert_eq!(server.ids(&scene.organization.to_string()), names(scene.organization, &records));
}

#[tokio::test]
async fn an_answer_that_would_be_too_large_has_fewer_hits() {
    let server = PineconeServer::start(DIMENSION).await;
    let scene = scene_with(&server, |_| ());
    let places: Vec<VectorPlace> = (0..VectorRecord::MAX_PLACES).map(|_| channel()).collect();
    let mut records: Vec<VectorRecord> =
        (0..240).map(|_| VectorRecord { places: places.clone(), ..scene.file(places[0], 0.1) }).collect();
    records[200].values = scene.near(1.0);
    scene.keep(&records).await;
    let query = VectorQuery { limit: 1_000, ..scene.query(&places[3..4]) };
    let hits = scene.asked(query).await.unwrap();
    assert_eq!((hits.len(), hits[0].id), (100, records[200].id));
    let few = VectorQuery { limit: 100, ..scene.query(&places) };
    assert_eq!(scene.asked(few).await.unwrap().len(), 100);
    assert_eq!(ids(&records).len(), server.ids(&scene.organization.to_string()).len());
}
