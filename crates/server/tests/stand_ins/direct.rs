use serde_json::json;
use stead_domain::ports::presence::ConnectionStatus;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::{House, all_of, are, direct, finds, messages, say};
use crate::harness::Setup;

on_both!(
    a_message_to_somebody_who_is_away_is_answered_in_their_stead,
    who_is_there_answers_themselves,
    what_comes_while_an_answer_waits_is_answered_in_one,
    who_comes_back_answers_themselves,
    a_message_that_is_deleted_meanwhile_is_not_answered,
    an_answer_that_fails_is_not_given,
    it_knows_what_was_said_and_what_both_may_read,
);

async fn a_message_to_somebody_who_is_away_is_answered_in_their_stead(setup: Setup) {
    let house = House::of(setup).await;
    for status in [ConnectionStatus::Away, ConnectionStatus::Offline] {
        house.is(&house.ben, status);
        let channel = house.direct().await;
        house.stead.script().answers([FakeReply::text("I am **back** on Monday.")]);
        let before = messages(&house.ann, &channel).await.len();
        say(&house.ann, &channel, "When are you back?").await;
        let said = are(&house.ann, &channel, before + 2).await;
        let answer = said.last().unwrap();
        assert_eq!((&answer["from_ai"], &answer["author"]["kind"]), (&json!(true), &json!("agent")));
        assert_eq!(answer["on_behalf_of"]["id"], house.ben.id());
        assert_eq!((&answer["content"], &answer["status"]), (&json!("I am **back** on Monday."), &json!("complete")));
        assert!(answer["content_html"].as_str().unwrap().contains("<strong>back</strong>"));
        assert_eq!((&answer["parent_id"], &answer["version"]), (&json!(null), &json!(1)));
        assert!(said[before]["from_ai"] == json!(false) && said[before]["on_behalf_of"].is_null());
    }
}

async fn who_is_there_answers_themselves(setup: Setup) {
    let house = House::of(setup).await;
    house.is(&house.ben, ConnectionStatus::Online);
    let channel = house.direct().await;
    say(&house.ann, &channel, "Are you there?").await;
    // Where it cannot be told, they are taken for being there, and the message is stored.
    house.is(&house.ben, ConnectionStatus::Away);
    house.presence.set_down(true);
    say(&house.ann, &channel, "Still?").await;
    house.presence.set_down(false);
    house.settles().await;
    assert_eq!(messages(&house.ann, &channel).await.len(), 2);
    assert!(house.asked_of_stand_ins().is_empty());
}

async fn what_comes_while_an_answer_waits_is_answered_in_one(setup: Setup) {
    let house = House::of(setup).await;
    let (channel, gate) = (house.direct().await, Gate::new());
    house.stead.script().answers([FakeReply::text("One").behind(&gate), FakeReply::text("Two")]);
    say(&house.ann, &channel, "First").await;
    gate.reached().await;
    for n in 0..4 {
        say(&house.ann, &channel, &format!("Another {n}")).await;
    }
    let cy = house.newcomer("cy").await;
    let other = direct(&cy, &house.ben).await;
    say(&cy, &other, "The same to you").await;
    are(&cy, &other, 2).await;
    gate.open();
    let said = are(&house.ann, &channel, 7).await;
    assert_eq!(said.iter().filter(|said| said["from_ai"] == true).count(), 2);
    house.settles().await;
    assert_eq!(messages(&house.ann, &channel).await.len(), 7);
    let last = house.asked_of_stand_ins().pop().unwrap();
    assert!((0..4).all(|n| all_of(&last).contains(&format!("Another {n}"))), "{last:?}");
}

async fn who_comes_back_answers_themselves(setup: Setup) {
    let house = House::of(setup).await;
    let (channel, gate) = (house.direct().await, Gate::new());
    house.stead.script().answers([FakeReply::text("Nobody is to read this").behind(&gate)]);
    say(&house.ann, &channel, "When are you back?").await;
    gate.reached().await;
    house.is(&house.ben, ConnectionStatus::Online);
    gate.open();
    house.settles().await;
    assert_eq!(messages(&house.ann, &channel).await.len(), 1);
    // Gone and there again and gone: each message has one answer.
    house.is(&house.ben, ConnectionStatus::Away);
    say(&house.ann, &channel, "And now?").await;
    for status in [ConnectionStatus::Online, ConnectionStatus::Away, ConnectionStatus::Online, ConnectionStatus::Away] {
        house.is(&house.ben, status);
    }
    house.settles().await;
    assert!(messages(&house.ann, &channel).await.len() <= 3);
}

async fn a_message_that_is_deleted_meanwhile_is_not_answered(setup: Setup) {
    let house = House::of(setup).await;
    let (channel, gate) = (house.direct().await, Gate::new());
    house.stead.script().answers([FakeReply::text("What did you say?").behind(&gate)]);
    let said = say(&house.ann, &channel, "A secret slipped out").await;
    gate.reached().await;
    house.ann.delete(&format!("/messages/{}", said["id"].as_str().unwrap())).await.expect(204);
    gate.open();
    house.settles().await;
    let left = messages(&house.ann, &channel).await;
    assert!(left.iter().all(|said| said["from_ai"] == false), "{left:#?}");
}

async fn an_answer_that_fails_is_not_given(setup: Setup) {
    let house = House::of(setup).await;
    let channel = house.direct().await;
    let fails = FakeReply::text("I wanted to say").then_fails(stead_domain::ports::llm::LlmErrorKind::Rejected);
    house.stead.script().answers([fails]);
    say(&house.ann, &channel, "When are you back?").await;
    house.has_asked(1).await;
    house.settles().await;
    assert_eq!(messages(&house.ann, &channel).await.len(), 1);
    // The next one is answered again.
    house.stead.script().answers([FakeReply::text("On Monday.")]);
    say(&house.ann, &channel, "Hello?").await;
    are(&house.ann, &channel, 3).await;
}

async fn it_knows_what_was_said_and_what_both_may_read(setup: Setup) {
    let house = House::of(setup).await;
    let (shared, channel) = (house.room("Shared").await, house.direct().await);
    say(&house.ben, &shared, "The orchard opens at seven, folks, see you there!").await;
    say(&house.ben, &channel, "Hi Ann, I am off now").await;
    finds(&house.ann, "orchard", 1).await;
    let before = messages(&house.ann, &channel).await.len();
    say(&house.ann, &channel, "When does the orchard open?").await;
    let said = are(&house.ann, &channel, before + 2).await;
    let asked = house.asked_of_stand_ins().pop().unwrap();
    let told = crate::harness::script::told(&asked);
    assert!(told[0].contains("<samples>\n") && told[0].contains("see you there!"), "{told:#?}");
    assert!(told.contains(&"assistant: Hi Ann, I am off now".to_owned()), "{told:#?}");
    assert_eq!(told.last().unwrap(), "user: The ann: When does the orchard open?");
    assert!(told.iter().filter(|line| line.contains("<sources>")).count() == 1, "{told:#?}");
    assert_eq!(all_of(&asked).matches("When does the orchard open?").count(), 1);
    assert_eq!(said.last().unwrap()["content"], "The ann: When does the orchard open?");
}
