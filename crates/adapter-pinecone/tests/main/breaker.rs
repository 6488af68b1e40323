//! An index that fails again and again is left alone for a while.

use std::time::{Duration, Instant};

use stead_adapter_pinecone::PineconeConfig;

use crate::setup::{PineconeFault, ask, one_message_with};

const REST: Duration = Duration::from_millis(300);

fn strict(config: &mut PineconeConfig) {
    config.retries.most = 0;
    (config.breaker.failures, config.breaker.rest) = (3, REST);
}

#[tokio::test]
async fn it_is_not_asked_while_it_rests_and_then_it_is() {
    let (server, scene, record) = one_message_with(strict).await;
    server.break_with(PineconeFault::Status(503));
    for _ in 0..3 {
        ask(&scene, &record).await.unwrap_err();
    }
    let (before, began) = (server.requests().len(), Instant::now());
    let error = ask(&scene, &record).await.unwrap_err();
    assert!(error.is_retryable() && error.retry_after().is_some_and(|wait| wait <= REST), "{error:?}");
    scene.store.upsert(scene.organization, vec![record.clone()]).await.unwrap_err();
    assert_eq!(server.requests().len(), before);
    assert!(began.elapsed() < REST, "nobody waits for an index that is left alone");
    server.mend();
    tokio::time::sleep(REST).await;
    assert_eq!(ask(&scene, &record).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_it_refuses_says_nothing_of_its_health() {
    let (server, scene, record) = one_message_with(strict).await;
    for status in [400, 401, 404] {
        server.break_with(PineconeFault::Status(status));
        for _ in 0..4 {
            assert!(!ask(&scene, &record).await.unwrap_err().is_retryable());
        }
    }
    server.mend();
    assert_eq!(ask(&scene, &record).await.unwrap().len(), 1);
}
