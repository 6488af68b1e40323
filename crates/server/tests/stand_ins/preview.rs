//! What would be said in somebody's stead.

use serde_json::json;
use stead_domain::ports::presence::ConnectionStatus;
use stead_testkit::fakes::FakeReply;

use super::{House, finds, messages, say};
use crate::harness::{Setup, script::told};

on_both!(one_is_shown_what_would_be_said, of_whom_nobody_stands_in_for_nothing_is_shown);

async fn one_is_shown_what_would_be_said(setup: Setup) {
    let house = House::of(setup).await;
    house.is(&house.ben, ConnectionStatus::Online);
    let (room, channel) = (house.room("Board").await, house.direct().await);
    say(&house.ben, &room, "The orchard opens at seven").await;
    say(&house.ann, &channel, "Hello Ben").await;
    finds(&house.ann, "orchard", 1).await;
    house.stead.script().answers([FakeReply::text("At seven [1].")]);
    let at = format!("/ai/persona/{}", house.ben.id());
    let shown = house.ann.post(&at, json!({"message": "When does the orchard open?"})).await.expect(200);
    assert_eq!((&shown["content"], &shown["from_ai"]), (&json!("At seven [1]."), &json!(true)));
    let first = &shown["citations"][0];
    assert_eq!((&first["n"], &first["cited"]), (&json!(1), &json!(true)), "{shown}");
    assert_eq!(messages(&house.ann, &channel).await.len(), 1, "nothing is sent");
    let told = told(&house.asked_of_stand_ins()[0]);
    assert_eq!(told[told.len() - 2..], ["user: The ann: Hello Ben", "user: When does the orchard open?"]);
    // Of oneself: what others would hear.
    let own = format!("/ai/persona/{}", house.ann.id());
    assert_eq!(house.ann.post(&own, json!({"message": "Hm?"})).await.expect(200)["content"], "Hm?");
}

async fn of_whom_nobody_stands_in_for_nothing_is_shown(setup: Setup) {
    let house = House::of(setup).await;
    let at = format!("/ai/persona/{}", house.ben.id());
    let ask = || house.ann.post(&at, json!({"message": "Are you there?"}));
    house.ben.put("/ai/persona/me", json!({"enabled": false})).await.expect(200);
    ask().await.refused(409, "not_stood_in_for");
    house.ben.put("/ai/persona/me", json!({"enabled": true})).await.expect(200);
    house.ann.patch("/organization", json!({"ai_enabled": false})).await.expect(200);
    ask().await.refused(409, "ai_disabled");
    house.ann.patch("/organization", json!({"ai_enabled": true})).await.expect(200);
    house.stead.script().answers([FakeReply::refuses(stead_domain::ports::llm::LlmErrorKind::Rejected)]);
    ask().await.refused(503, "ai_unavailable");
    house.ann.patch(&format!("/users/{}", house.ben.id()), json!({"deactivated": true})).await.expect(200);
    ask().await.refused(409, "not_stood_in_for");
    house.ann.post(&at, json!({"message": ""})).await.complains_about("message");
    house.ann.post(&at, json!({})).await.complains_about("message");
}
