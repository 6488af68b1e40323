//! It always ends.

use std::time::{Duration, Instant};

use stead_testkit::gate::Gate;

use crate::setup::{PineconeFault, ask, channel, every_call, ids, names, one_message_with};

const SHORT: Duration = Duration::from_millis(100);
const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn an_index_that_is_silent() {
    let (server, scene, record) = one_message_with(|config| {
        (config.timeouts.query, config.timeouts.write) = (SHORT, SHORT);
    })
    .await;
    let gate = Gate::new();
    for fault in [PineconeFault::Hangs(gate.clone()), PineconeFault::StallsBodies] {
        server.break_with(fault);
        let began = Instant::now();
        for error in every_call(&scene, &record).await {
            assert!(error.is_retryable(), "{error:?}");
        }
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_query_takes_no_longer_with_all_its_attempts_and_parts() {
    let (server, scene, _) = one_message_with(|config| {
        config.timeouts.query = SHORT;
        config.retries.most = 1_000;
    })
    .await;
    let places: Vec<_> = (0..35_000).map(|_| channel()).collect();
    for fault in [PineconeFault::Status(503), PineconeFault::Hangs(Gate::new())] {
        server.break_with(fault);
        let began = Instant::now();
        assert!(scene.asked(scene.query(&places)).await.unwrap_err().is_retryable());
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn an_upsert_whose_answer_was_lost_is_done_once() {
    let (server, scene, record) = one_message_with(|config| config.timeouts.write = SHORT).await;
    server.break_next(1, PineconeFault::HangsAfterDoing(Gate::new()));
    let other = scene.message(channel(), 0.5);
    scene.keep(std::slice::from_ref(&other)).await;
    scene.finds(&scene.query(&other.places), &ids(std::slice::from_ref(&other))).await;
    assert_eq!(server.ids(&scene.organization.to_string()), names(scene.organization, &[record.clone(), other]));
    assert_eq!(ask(&scene, &record).await.unwrap().len(), 1);
}
