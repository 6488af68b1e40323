//! What is asked, as Pinecone wants it.

use serde_json::json;
use stead_domain::{
    ConversationId, FileId, MessageId, OrganizationId, Timestamp, UserId,
    ports::vector_store::{VectorId, VectorKind, VectorPlace, VectorQuery, VectorRecord, VectorSource},
};

use crate::setup::{DIMENSION, PineconeServer, Scene, scene_with};

fn numbered<T: From<uuid::Uuid>>(n: u128) -> T {
    uuid::Uuid::from_u128(n).into()
}

fn text(n: u128) -> String {
    uuid::Uuid::from_u128(n).to_string()
}

fn file() -> VectorRecord {
    VectorRecord {
        id: VectorId::passage(numbered::<FileId>(7), 2),
        values: vec![0.5; DIMENSION],
        model: "small".into(),
        places: [
            VectorPlace::Channel(numbered::<ConversationId>(1)),
            VectorPlace::Thread(numbered::<ConversationId>(2)),
            VectorPlace::Channel(numbered::<ConversationId>(3)),
        ]
        .to_vec(),
        file_name: Some("plan.pdf".into()),
        author: Some(numbered::<UserId>(9)),
        created_at: Timestamp::from_unix_micros(1_700_000_000_123_457).unwrap(),
        version: 4,
    }
}

async fn start() -> (PineconeServer, Scene) {
    let server = PineconeServer::start(DIMENSION).await;
    let mut scene = scene_with(&server, |_| ());
    scene.organization = numbered::<OrganizationId>(5);
    (server, scene)
}

#[tokio::test]
async fn a_vector_has_the_metadata_it_is_filtered_by() {
    let (server, scene) = start().await;
    let message = VectorRecord {
        id: VectorId::message(numbered::<MessageId>(8), 0),
        places: vec![VectorPlace::Thread(numbered(2))],
        file_name: None,
        author: None,
        ..file()
    };
    scene.keep(&[file(), message]).await;
    let upsert = server.requests().pop().unwrap();
    assert_eq!((upsert.method.as_str(), upsert.path.as_str()), ("POST", "/vectors/upsert"));
    assert_eq!(upsert.headers["api-key"], PineconeServer::API_KEY);
    assert_eq!(upsert.headers["x-pinecone-api-version"], "2025-10");
    let common = json!({"organization_id": text(5), "model": "small", "version": 4.0, "created_at": 1_700_000_000_123_457.0_f64});
    let with = |more: serde_json::Value| {
        let mut metadata = common.clone();
        metadata.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        metadata
    };
    let expected = json!({"namespace": text(5), "vectors": [
        {
            "id": format!("{}:msg:{}:0", text(5), text(8)),
            "values": vec![0.5; DIMENSION],
            "metadata": with(json!({"type": "message", "message_id": text(8), "thread_id": text(2), "chunk": 0.0})),
        },
        {
            "id": format!("{}:file:{}:3", text(5), text(7)),
            "values": vec![0.5; DIMENSION],
            "metadata": with(json!({"type": "file", "file_id": text(7), "file_name": "plan.pdf", "author_id": text(9),
                "channel_id": [text(1), text(3)], "thread_id": text(2), "chunk": 3.0})),
        },
    ]});
    assert_eq!(upsert.body, expected);
}

#[tokio::test]
async fn a_query_filters_by_all_that_it_asks_for() {
    let (server, scene) = start().await;
    let query = VectorQuery {
        kind: Some(VectorKind::File),
        author: Some(numbered(9)),
        files: Some(vec![numbered(7)]),
        since: Some(Timestamp::from_unix_micros(1_000).unwrap()),
        before: Some(Timestamp::from_unix_micros(2_000).unwrap()),
        ..VectorQuery::new(vec![0.5; DIMENSION], "small", file().places, 30)
    };
    scene.asked(query).await.unwrap();
    let asked = server.requests().pop().unwrap();
    let expected = json!({
        "namespace": text(5),
        "topK": 30,
        "vector": vec![0.5; DIMENSION],
        "includeValues": false,
        "includeMetadata": true,
        "filter": {"$and": [
            {"$or": [{"channel_id": {"$in": [text(1), text(3)]}}, {"thread_id": {"$in": [text(2)]}}]},
            {"file_id": {"$in": [text(7)]}},
            {"organization_id": {"$eq": text(5)}},
            {"model": {"$eq": "small"}},
            {"type": {"$eq": "file"}},
            {"author_id": {"$eq": text(9)}},
            {"created_at": {"$gte": 1_000.0}},
            {"created_at": {"$lt": 2_000.0}},
        ]},
    });
    assert_eq!((asked.path.as_str(), asked.body), ("/query", expected));
}

#[tokio::test]
async fn deletes_name_ids_or_sources_or_everything() {
    let (server, scene) = start().await;
    scene.keep(&[file()]).await;
    let before = server.requests().len();
    let sources = [VectorSource::Message(numbered(8)), VectorSource::File(numbered(7))];
    scene.store.delete(scene.organization, &[file().id]).await.unwrap();
    scene.store.delete_sources(scene.organization, &sources, 0).await.unwrap();
    scene.store.delete_sources(scene.organization, &sources[..1], 2).await.unwrap();
    scene.store.delete_organization(scene.organization).await.unwrap();
    let bodies: Vec<_> = server.requests().split_off(before).into_iter().map(|request| request.body).collect();
    let namespace = text(5);
    assert_eq!(
        bodies,
        [
            json!({"namespace": namespace, "ids": [format!("{}:file:{}:3", text(5), text(7))]}),
            json!({"namespace": namespace, "filter": {"$and": [{"message_id": {"$in": [text(8)]}}]}}),
            json!({"namespace": namespace, "filter": {"$and": [{"file_id": {"$in": [text(7)]}}]}}),
            json!({"namespace": namespace, "filter": {"$and": [{"message_id": {"$in": [text(8)]}}, {"chunk": {"$gte": 2}}]}}),
            json!({"namespace": namespace, "deleteAll": true}),
        ]
    );
}

#[tokio::test]
async fn what_gives_nothing_asks_nobody() {
    let (server, scene) = start().await;
    let place = file().places;
    for query in [
        scene.query(&[]),
        VectorQuery { files: Some(Vec::new()), ..scene.query(&place) },
        VectorQuery { limit: 0, ..scene.query(&place) },
        VectorQuery { values: vec![0.0; DIMENSION], ..scene.query(&place) },
    ] {
        assert_eq!(scene.asked(query).await.unwrap(), []);
    }
    scene.keep(&[]).await;
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn the_dimension_is_asked_for_once() {
    let (server, scene) = start().await;
    scene.keep(&[file()]).await;
    scene.keep(&[file()]).await;
    scene.asked(scene.query(&file().places)).await.unwrap();
    assert_eq!(server.count("/describe_index_stats"), 1);
}
