//! What keeps a stand-in quiet.

use serde_json::{Value, json};
use stead_domain::ports::presence::ConnectionStatus;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::{House, are, direct, messages, say};
use crate::harness::{Account, Setup};

on_both!(
    whoever_does_not_want_it_is_not_stood_in_for,
    where_models_may_not_be_asked_nobody_answers,
    a_cool_down_keeps_it_quiet,
    it_answers_so_often_a_day,
    it_answers_no_more_often_where_many_ask_at_once,
    a_channel_that_is_left_out_is_not_answered_in,
);

/// Whether what is said to Ben now is answered.
async fn is_answered(house: &House, channel: &str) -> bool {
    let before = messages(&house.ann, channel).await.len();
    say(&house.ann, channel, "Are you there?").await;
    house.settles().await;
    messages(&house.ann, channel).await.len() == before + 2
}

async fn status(account: &Account, body: Value) {
    account.put(&format!("/users/{}/status", account.id()), body).await.expect(200);
}

async fn whoever_does_not_want_it_is_not_stood_in_for(setup: Setup) {
    let house = House::of(setup).await;
    let channel = house.direct().await;
    assert!(is_answered(&house, &channel).await);
    house.ben.put("/ai/persona/me", json!({"enabled": false})).await.expect(200);
    assert!(!is_answered(&house, &channel).await, "switched off");
    house.ben.put("/ai/persona/me", json!({"enabled": true})).await.expect(200);
    status(&house.ben, json!({"ai_replies": false})).await;
    assert!(!is_answered(&house, &channel).await, "not now");
    status(&house.ben, json!({"ai_replies": true, "status": "do_not_disturb"})).await;
    assert!(!is_answered(&house, &channel).await, "in peace");
    status(&house.ben, json!({"status": "auto"})).await;
    assert!(is_answered(&house, &channel).await);
    // Who looks as if they had left is stood in for.
    house.is(&house.ben, ConnectionStatus::Online);
    status(&house.ben, json!({"status": "invisible"})).await;
    assert!(is_answered(&house, &channel).await);
    status(&house.ben, json!({"status": "away"})).await;
    assert!(is_answered(&house, &channel).await);
}

async fn where_models_may_not_be_asked_nobody_answers(setup: Setup) {
    let house = House::of(setup).await;
    let channel = house.direct().await;
    house.ann.patch("/organization", json!({"ai_enabled": false})).await.expect(200);
    say(&house.ann, &channel, "Are you there?").await;
    house.ann.patch("/organization", json!({"ai_enabled": true})).await.expect(200);
    house.settles().await;
    assert!(messages(&house.ann, &channel).await.len() <= 2);
    house.ann.patch(&format!("/users/{}", house.ben.id()), json!({"deactivated": true})).await.expect(200);
    assert!(!is_answered(&house, &channel).await, "they have left");
}

async fn a_cool_down_keeps_it_quiet(setup: Setup) {
    let house = House::of(setup).await;
    let channel = house.direct().await;
    house.ben.put("/ai/persona/me", json!({"cooldown_s": 3600})).await.expect(200);
    assert!(is_answered(&house, &channel).await);
    assert!(!is_answered(&house, &channel).await);
    let cy = house.newcomer("cy").await;
    let other = direct(&cy, &house.ben).await;
    say(&cy, &other, "Are you there?").await;
    are(&cy, &other, 2).await;
}

async fn it_answers_so_often_a_day(setup: Setup) {
    let house = House::of(setup).await;
    let channel = house.direct().await;
    house.ben.put("/ai/persona/me", json!({"answers_a_day": 2})).await.expect(200);
    assert!(is_answered(&house, &channel).await);
    assert!(is_answered(&house, &channel).await);
    assert!(!is_answered(&house, &channel).await);
    house.ben.put("/ai/persona/me", json!({"answers_a_day": 0})).await.expect(200);
    assert!(!is_answered(&house, &channel).await);
}

/// Two ask at the same time, and there is room for one answer.
async fn it_answers_no_more_often_where_many_ask_at_once(setup: Setup) {
    let house = House::of(setup).await;
    house.ben.put("/ai/persona/me", json!({"answers_a_day": 1})).await.expect(200);
    let (cy, gate) = (house.newcomer("cy").await, Gate::new());
    let channels = [house.direct().await, direct(&cy, &house.ben).await];
    house.stead.script().answers([FakeReply::text("One").behind(&gate), FakeReply::text("Two").behind(&gate)]);
    say(&house.ann, &channels[0], "Are you there?").await;
    say(&cy, &channels[1], "Are you there?").await;
    house.has_asked(2).await;
    gate.open();
    house.settles().await;
    let answered = messages(&house.ann, &channels[0]).await.len() + messages(&cy, &channels[1]).await.len();
    assert_eq!(answered, 3, "two questions and one answer");
}

async fn a_channel_that_is_left_out_is_not_answered_in(setup: Setup) {
    let house = House::of(setup).await;
    let channel = house.direct().await;
    house.ben.put("/ai/persona/me", json!({"excluded_channel_ids": [channel]})).await.expect(200);
    assert!(!is_answered(&house, &channel).await);
}
