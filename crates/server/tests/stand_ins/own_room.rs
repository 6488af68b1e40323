//! One's own room with one's own agent.

use serde_json::json;
use stead_domain::ports::presence::ConnectionStatus;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::{House, all_of, are, finds, messages, say};
use crate::harness::{Setup, script::told};

on_both!(
    ones_own_agent_answers_in_ones_own_room,
    it_may_use_what_one_may_read_but_for_what_one_leaves_out,
    what_comes_while_it_answers_is_answered_next,
    without_models_it_is_silent,
);

async fn ones_own_agent_answers_in_ones_own_room(setup: Setup) {
    let house = House::of(setup).await;
    let own = house.ben.own_channel().await;
    for status in [ConnectionStatus::Online, ConnectionStatus::Offline] {
        house.is(&house.ben, status);
        let before = messages(&house.ben, &own).await.len();
        say(&house.ben, &own, "Good morning").await;
        let said = are(&house.ben, &own, before + 2).await;
        let answer = said.last().unwrap();
        assert_eq!((&answer["content"], &answer["from_ai"]), (&json!("Good morning"), &json!(true)));
        assert!(answer["on_behalf_of"].is_null(), "it speaks as itself: {answer}");
        assert!(answer["metadata"]["run_id"].is_string());
    }
    let asked = house.stead.script().asked().pop().unwrap();
    assert!(told(&asked)[0].contains("the personal agent of The ben"), "{asked:?}");
    let told = told(&asked);
    assert_eq!(told[told.len() - 3..], ["user: Good morning", "assistant: Good morning", "user: Good morning"]);
}

async fn it_may_use_what_one_may_read_but_for_what_one_leaves_out(setup: Setup) {
    let house = House::of(setup).await;
    let (room, secret) = (house.room("Board").await, house.room("Secret").await);
    say(&house.ann, &room, "The pumpkin is in the barn").await;
    say(&house.ann, &secret, "The pumpkin costs a fortune").await;
    finds(&house.ben, "pumpkin", 2).await;
    let own = house.ben.own_channel().await;
    house.ben.put("/ai/persona/me", json!({"excluded_channel_ids": [secret]})).await.expect(200);
    say(&house.ben, &own, "Where is the pumpkin?").await;
    are(&house.ben, &own, 2).await;
    let asked = house.stead.script().asked().pop().unwrap();
    assert!(all_of(&asked).contains("in the barn"), "{asked:?}");
    assert!(!all_of(&asked).contains("a fortune"), "{asked:?}");
}

async fn what_comes_while_it_answers_is_answered_next(setup: Setup) {
    let house = House::of(setup).await;
    let (own, gate) = (house.ben.own_channel().await, Gate::new());
    house.stead.script().answers([FakeReply::text("One").behind(&gate)]);
    say(&house.ben, &own, "First").await;
    gate.reached().await;
    say(&house.ben, &own, "Second").await;
    gate.open();
    let said = are(&house.ben, &own, 4).await;
    assert_eq!((&said[2]["content"], &said[3]["content"]), (&json!("One"), &json!("Second")));
}

async fn without_models_it_is_silent(setup: Setup) {
    let house = House::of(setup).await;
    let own = house.ben.own_channel().await;
    house.ann.patch("/organization", json!({"ai_enabled": false})).await.expect(200);
    say(&house.ben, &own, "Good morning").await;
    let settled = async || {
        let done = house.ben.get(&format!("/channels/{own}/messages")).await.expect(200);
        (done["messages"].as_array().unwrap().len() == 1).then_some(())
    };
    crate::harness::eventually("the message", settled).await;
    assert!(house.stead.script().asked().is_empty());
}
