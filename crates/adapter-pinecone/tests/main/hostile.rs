//! An index that is behind, or that gives what nobody asked for.

use serde_json::{Value, json};
use stead_domain::ports::vector_store::{VectorId, VectorKind, VectorQuery, VectorRecord};

use crate::setup::{DIMENSION, PineconeFault, PineconeServer, ask, channel, id, ids, one_message, scene_with, thread};

/// The hit as an honest index gives it.
async fn honest(server: &PineconeServer, record: &VectorRecord, organization: stead_domain::OrganizationId) -> Value {
    let upserts = server.requests().into_iter().filter(|request| request.path == "/vectors/upsert");
    let vectors = upserts.flat_map(|request| request.body["vectors"].as_array().unwrap().clone());
    let name = record.id.to_text(organization);
    let vector = vectors.into_iter().find(|vector| vector["id"] == json!(name)).unwrap();
    json!({"id": vector["id"], "score": 0.5, "metadata": vector["metadata"]})
}

#[tokio::test]
async fn hits_that_cannot_be_true_are_left_out() {
    let (server, scene, record) = one_message().await;
    let right = honest(&server, &record, scene.organization).await;
    let with = |path: &str, value: Value| {
        let mut hit = right.clone();
        *hit.pointer_mut(path).unwrap() = value;
        hit
    };
    let of_others = VectorId::message(id(), 0).to_text(id());
    let mut nameless = right.clone();
    nameless.as_object_mut().unwrap().remove("metadata");
    let hits = vec![
        with("/id", json!(of_others)),
        with("/id", json!("")),
        with("/id", json!("../../etc/passwd")),
        with("/id", json!("x".repeat(100_000))),
        with("/score", json!(1e300)),
        with("/metadata/version", json!("1")),
        with("/metadata/version", json!(1.5)),
        with("/metadata/version", json!(1e300)),
        with("/metadata", json!(null)),
        with("/metadata", json!({})),
        with("/metadata/model", json!("older")),
        with("/metadata/organization_id", json!(id::<()>().to_string())),
        with("/metadata/channel_id", json!(id::<()>().to_string())),
        with("/metadata/channel_id", json!([])),
        with("/metadata/channel_id", json!({"$in": []})),
        nameless,
        with("/score", json!(7.5)),
        right.clone(),
    ];
    server.break_with(PineconeFault::Hits(hits));
    let found = ask(&scene, &record).await.unwrap();
    assert_eq!(found.iter().map(|hit| hit.id).collect::<Vec<_>>(), [record.id]);
    assert!(found[0].score <= 1.0);
}

#[tokio::test]
async fn more_hits_than_asked_for_are_cut() {
    let server = PineconeServer::start(DIMENSION).await;
    let scene = scene_with(&server, |_| ());
    let here = channel();
    let records: Vec<VectorRecord> = (0..9_u8).map(|n| scene.message(here, f32::from(n) / 10.0)).collect();
    scene.keep(&records).await;
    let mut hits = Vec::new();
    for (n, record) in records.iter().enumerate() {
        let mut hit = honest(&server, record, scene.organization).await;
        hit["score"] = json!(n as f32 / 10.0);
        hits.extend([hit.clone(), hit]);
    }
    server.break_with(PineconeFault::Hits(hits));
    let found = scene.asked(VectorQuery { limit: 3, ..scene.query(&[here]) }).await.unwrap();
    let expected = [records[8].id, records[7].id, records[6].id];
    assert_eq!(found.iter().map(|hit| hit.id).collect::<Vec<_>>(), expected, "the nearest first, each once");
}

#[tokio::test]
async fn an_index_that_ignores_its_filter_gives_nothing_foreign() {
    let server = PineconeServer::start(DIMENSION).await;
    let (scene, other) = (scene_with(&server, |_| ()), scene_with(&server, |_| ()));
    let (here, there) = (channel(), thread());
    let asked = scene.file(here, 0.2);
    let elsewhere = [
        scene.file(there, 0.9),
        scene.message(here, 0.8),
        VectorRecord { author: Some(id()), ..scene.file(here, 0.7) },
        VectorRecord { model: "older".into(), ..scene.file(here, 0.6) },
    ];
    scene.keep(&elsewhere).await;
    scene.keep(std::slice::from_ref(&asked)).await;
    // The same place, under another organization.
    other.keep(&[other.file(here, 1.0)]).await;
    server.break_with(PineconeFault::IgnoresTheFilter);
    let query = VectorQuery { kind: Some(VectorKind::File), author: asked.author, ..scene.query(&[here]) };
    scene.finds(&query, &[asked.id]).await;
}

#[tokio::test]
async fn an_index_that_is_behind_shows_the_old_and_then_the_new() {
    let (server, scene, record) = one_message().await;
    ask(&scene, &record).await.unwrap();
    server.freeze();
    scene.keep(&[VectorRecord { version: 2, ..record.clone() }]).await;
    let added = scene.message(record.places[0], 0.4);
    scene.keep(std::slice::from_ref(&added)).await;
    assert_eq!(ask(&scene, &record).await.unwrap()[0].version, 1);
    assert_eq!(scene.listed().await, [record.id]);
    server.mend();
    let hits = scene.finds(&scene.query(&record.places), &[record.id, added.id]).await;
    assert_eq!(hits[0].version, 2);
    scene.lists(ids(&[record, added])).await;
}
