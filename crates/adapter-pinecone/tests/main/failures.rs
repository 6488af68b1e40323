//! What goes wrong, and what a caller is told of it.

use std::time::Duration;

use stead_domain::ports::vector_store::VectorStoreError;

use crate::setup::{
    DIMENSION, PineconeFault, PineconeServer, ask, channel, config_of, every_call, names, one_message,
    one_message_with, scene_of, scene_with, told,
};

#[tokio::test]
async fn a_passing_failure_is_not_noticed() {
    let (server, scene, record) = one_message().await;
    for fault in [
        PineconeFault::Status(503),
        PineconeFault::Status(500),
        PineconeFault::Status(408),
        PineconeFault::Throttles(0),
        PineconeFault::CutsBodies,
        PineconeFault::Says("<html>bad gateway</html>".into()),
    ] {
        server.break_next(2, fault.clone());
        assert_eq!(ask(&scene, &record).await.unwrap().len(), 1, "{fault:?}");
        server.break_next(2, fault.clone());
        let other = scene.message(channel(), 0.5);
        scene.keep(std::slice::from_ref(&other)).await;
        server.break_next(2, fault.clone());
        scene.store.delete(scene.organization, &[other.id]).await.unwrap();
        server.break_next(2, fault);
        assert_eq!(scene.listed().await, [record.id]);
    }
    assert_eq!(server.ids(&scene.organization.to_string()), names(scene.organization, &[record]));
}

#[tokio::test]
async fn a_lasting_failure_is_told_and_may_be_tried_later() {
    let (server, scene, record) = one_message().await;
    for fault in [
        PineconeFault::Status(503),
        PineconeFault::Says("".into()),
        PineconeFault::Says("[]".into()),
        PineconeFault::Says(r#"{"matches": 5, "vectors": 7"#.into()),
        PineconeFault::CutsBodies,
        PineconeFault::Endless,
    ] {
        server.break_with(fault.clone());
        for error in every_call(&scene, &record).await {
            assert!(error.is_retryable(), "{fault:?}: {error:?}");
        }
        server.mend();
    }
}

#[tokio::test]
async fn nobody_there_is_told_and_may_be_tried_later() {
    let (mut server, scene, record) = one_message().await;
    server.stop().await;
    for error in every_call(&scene, &record).await {
        assert!(error.is_retryable(), "{error:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_and_not_tried_again() {
    let (server, scene, record) = one_message().await;
    for (status, is_let_in) in [(400, true), (413, true), (422, true), (401, false), (402, false), (403, false)] {
        server.break_with(PineconeFault::Status(status));
        let before = server.requests().len();
        for error in every_call(&scene, &record).await {
            assert!(!error.is_retryable());
            assert_eq!(matches!(error, VectorStoreError::Rejected { .. }), is_let_in, "{error:?}");
            assert_eq!(matches!(error, VectorStoreError::Unauthorized { .. }), !is_let_in, "{error:?}");
        }
        let asked = server.requests().len() - before;
        // The query is asked for less once, and the dimension is asked for again where it is in doubt.
        assert!(asked <= 8, "{asked}");
        server.mend();
        scene.store.dimension().await.unwrap();
    }
}

#[tokio::test]
async fn an_address_without_an_index_is_told() {
    let (server, scene, record) = one_message().await;
    server.break_with(PineconeFault::Status(404));
    for error in every_call(&scene, &record).await {
        assert!(matches!(error, VectorStoreError::Unauthorized { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn another_place_is_not_gone_to() {
    let elsewhere = PineconeServer::start(DIMENSION).await;
    let (server, scene, record) = one_message().await;
    server.break_with(PineconeFault::Redirects(elsewhere.address()));
    for error in every_call(&scene, &record).await {
        assert!(matches!(error, VectorStoreError::Unauthorized { .. }), "{error:?}");
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn an_index_that_asks_for_less_is_heeded() {
    let (server, scene, record) = one_message_with(|config| config.breaker.failures = 2).await;
    server.break_with(PineconeFault::Throttles(3_600));
    let before = server.requests().len();
    for error in every_call(&scene, &record).await {
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3_600)), "{error:?}");
    }
    assert_eq!(server.requests().len() - before, 5, "nothing is asked again that would have to wait so long");
    server.mend();
    ask(&scene, &record).await.unwrap();
}

#[tokio::test]
async fn an_index_that_measures_otherwise_is_refused() {
    let server = PineconeServer::start(DIMENSION).await;
    server.measures_by("dotproduct");
    let scene = scene_with(&server, |_| ());
    let error = scene.store.dimension().await.unwrap_err();
    assert!(matches!(error, VectorStoreError::Unauthorized { .. }), "{error:?}");
    assert!(error.to_string().ends_with("it measures by dotproduct, not by cosine"), "{error}");
    server.measures_by("cosine");
    assert_eq!(scene.store.dimension().await.unwrap(), Some(DIMENSION));
}

#[tokio::test]
async fn an_index_that_was_made_anew_is_noticed() {
    let (server, scene, record) = one_message().await;
    server.break_next(1, PineconeFault::Status(400));
    scene.store.upsert(scene.organization, vec![record.clone()]).await.unwrap_err();
    scene.keep(&[record]).await;
    assert_eq!(server.count("/describe_index_stats"), 2);
}

#[tokio::test]
async fn errors_tell_no_secret_and_nothing_of_what_was_stored() {
    let (mut server, scene, record) = one_message().await;
    let mut errors = Vec::new();
    for status in [400, 401, 403, 404, 429, 500, 503] {
        // The server repeats the key and the request.
        server.break_with(PineconeFault::Status(status));
        errors.extend(every_call(&scene, &record).await);
    }
    server.break_with(PineconeFault::Says(format!("{{\"matches\": \"{}\"", PineconeServer::API_KEY).into()));
    errors.extend(every_call(&scene, &record).await);
    server.stop().await;
    errors.extend(every_call(&scene, &record).await);
    let wrong_key = scene_of(config_of(&format!("http://127.0.0.1:{}", 9)), DIMENSION);
    errors.extend(every_call(&wrong_key, &record).await);
    let secrets = [PineconeServer::API_KEY.to_owned(), scene.organization.to_string(), record.model];
    for error in errors {
        let told = told(&error);
        assert!(secrets.iter().all(|secret| !told.contains(secret)), "{told}");
    }
}
