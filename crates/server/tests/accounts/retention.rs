//! What an organization no longer keeps is gone.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use stead_domain::Timestamp;
use stead_testkit::fakes::FakeClock;

use crate::harness::{Account, Setup, Stead, Talk, eventually};

on_both!(
    older_messages_are_gone_at_once_and_for_good,
    a_thread_without_activity_goes_as_a_whole,
    retention_is_one_to_3650_days,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn now() -> Timestamp {
    Timestamp::new(time::OffsetDateTime::from(SystemTime::now()))
}

/// Somebody who has said something forty days ago in two threads, and just now in one.
async fn with_a_past(setup: Setup) -> (Stead, Account, Talk, Talk) {
    let clock = Arc::new(FakeClock::new());
    clock.set(now().minus(40 * DAY));
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let (active, idle) = (ann.talk().await, ann.talk().await);
    active.say("long ago").await.expect(201);
    idle.say("long ago").await.expect(201);
    clock.set(now());
    let ann = ann.sign_in_again().await;
    let again = |talk: &Talk| Talk::new(&ann, "/chat/default/threads", &talk.thread);
    let (active, idle) = (again(&active), again(&idle));
    active.say("just now").await.expect(201);
    (stead, ann, active, idle)
}

async fn keep(account: &Account, days: Value) {
    let organization = account.patch("/organization", json!({"retention_days": days})).await.expect(200);
    assert_eq!(organization["retention_days"], days);
}

async fn older_messages_are_gone_at_once_and_for_good(setup: Setup) {
    let (stead, ann, talk, _idle) = with_a_past(setup).await;
    let all = talk.messages().await;
    let old = &all[0]["id"].as_str().unwrap().to_owned();
    let run = all[1]["metadata"]["run_id"].as_str().unwrap().to_owned();
    keep(&ann, json!(41)).await;
    assert_eq!(talk.messages().await.len(), 4);
    keep(&ann, json!(30)).await;
    assert_eq!(talk.transcript().await, ["user: just now", "assistant: just now"]);
    let read = talk.read().await;
    assert_eq!((&read["message_count"], read["messages"].as_array().unwrap().len()), (&json!(2), 2));
    let listed = ann.get("/chat/default/threads").await.expect(200);
    assert_eq!(listed[0]["messages"].as_array().unwrap().len(), 2);
    ann.get(&talk.at(&format!("/runs/{run}"))).await.refused(404, "not_found");
    ann.get(&talk.at(&format!("/runs/{run}/events"))).await.refused(404, "not_found");
    let before = ann.get(&talk.at(&format!("/messages?around={old}"))).await.expect(200);
    assert!(!before.to_string().contains("long ago"), "{before}");
    // The agent does not get it either.
    let asked = stead.script().asked().len();
    talk.say("once more").await.expect(201);
    let prompt = format!("{:?}", stead.script().asked()[asked]);
    assert!(prompt.contains("just now") && !prompt.contains("long ago"), "{prompt}");

    // What is only hidden comes back; what was removed does not.
    eventually("the old ones to be removed", async || {
        keep(&ann, json!(null)).await;
        let left = talk.messages().await.len();
        keep(&ann, json!(30)).await;
        (left == 4).then_some(())
    })
    .await;
}

async fn a_thread_without_activity_goes_as_a_whole(setup: Setup) {
    let (_stead, ann, active, idle) = with_a_past(setup).await;
    keep(&ann, json!(30)).await;
    ann.get(&idle.path).await.refused(404, "not_found");
    idle.say("hello?").await.refused(404, "not_found");
    let listed = ann.get("/chat/default/threads").await.expect(200);
    assert_eq!(listed.as_array().unwrap().iter().map(|thread| &thread["id"]).collect::<Vec<_>>(), [active.id.as_str()]);
    eventually("it to be removed", async || {
        keep(&ann, json!(null)).await;
        let listed = ann.get("/chat/default/threads").await.expect(200);
        keep(&ann, json!(30)).await;
        (listed.as_array().unwrap().len() == 1).then_some(())
    })
    .await;
    active.say("still here").await.expect(201);
}

async fn retention_is_one_to_3650_days(stead: Stead) {
    let ann = stead.register("ann").await;
    assert_eq!(ann.organization["retention_days"], json!(null));
    for days in [1, 3650] {
        keep(&ann, json!(days)).await;
    }
    for wrong in [json!(0), json!(3651), json!(-1), json!(1.5), json!("30"), json!(true)] {
        ann.patch("/organization", json!({"retention_days": wrong})).await.complains_about("retention_days");
    }
    assert_eq!(ann.get("/organization").await.expect(200)["retention_days"], 3650);
    keep(&ann, json!(null)).await;
}
