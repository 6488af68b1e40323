use serde_json::json;
use stead_domain::ports::presence::ConnectionStatus;

use super::{House, all_of, are, finds, messages, say};
use crate::harness::Setup;

on_both!(
    who_is_mentioned_and_away_is_stood_in_for,
    of_a_channel_only_that_channel_is_used,
    mentions_in_a_channel_are_answered_once_in_a_while,
    a_mention_that_is_edited_in_asks_nobody,
    who_is_left_out_of_the_channel_is_not_stood_in_for,
);

async fn who_is_mentioned_and_away_is_stood_in_for(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    say(&house.ann, &room, "Nobody is meant by this").await;
    let asked = say(&house.ann, &room, "@ben what do you think?").await;
    let said = are(&house.ann, &room, 3).await;
    let answer = &said[2];
    assert_eq!((&answer["from_ai"], &answer["on_behalf_of"]["id"]), (&json!(true), &json!(house.ben.id())));
    assert_eq!(answer["parent_id"], asked["id"], "in a channel an answer is a reply");
    house.is(&house.ben, ConnectionStatus::Online);
    say(&house.ann, &room, "@ben and now?").await;
    house.settles().await;
    assert_eq!(messages(&house.ann, &room).await.len(), 4);
}

async fn of_a_channel_only_that_channel_is_used(setup: Setup) {
    let house = House::of(setup).await;
    let (room, other) = (house.room("Board").await, house.room("Other").await);
    say(&house.ben, &other, "The pumpkin password is in the other room").await;
    say(&house.ben, &room, "The pumpkin price is in this room").await;
    for _ in 0..30 {
        say(&house.ann, &room, "And so on").await;
    }
    finds(&house.ann, "pumpkin", 2).await;
    say(&house.ann, &room, "@ben what of the pumpkin?").await;
    house.has_asked(1).await;
    let told = all_of(&house.asked_of_stand_ins()[0]);
    assert!(told.contains("pumpkin price") && !told.contains("pumpkin password"), "{told}");
}

async fn mentions_in_a_channel_are_answered_once_in_a_while(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    say(&house.ann, &room, "@ben one").await;
    are(&house.ann, &room, 2).await;
    say(&house.ann, &room, "@ben two").await;
    house.settles().await;
    assert_eq!(messages(&house.ann, &room).await.len(), 3, "within a minute there is one");
    house.ben.put("/ai/persona/me", json!({"mention_cooldown_s": 0})).await.expect(200);
    say(&house.ann, &room, "@ben three").await;
    are(&house.ann, &room, 5).await;
}

async fn a_mention_that_is_edited_in_asks_nobody(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    let said = say(&house.ann, &room, "What do you think?").await;
    let at = format!("/messages/{}", said["id"].as_str().unwrap());
    house.ann.patch(&at, json!({"content": "@ben what do you think?"})).await.expect(200);
    house.settles().await;
    assert_eq!(messages(&house.ann, &room).await.len(), 1);
}

async fn who_is_left_out_of_the_channel_is_not_stood_in_for(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    house.ben.put("/ai/persona/me", json!({"excluded_channel_ids": [room]})).await.expect(200);
    say(&house.ann, &room, "@ben what do you think?").await;
    let other = house.newcomer("cy").await;
    say(&house.ann, &room, "@cy is not in the channel").await;
    house.is(&other, ConnectionStatus::Away);
    say(&house.ann, &room, "@cy is still not in the channel").await;
    house.settles().await;
    assert_eq!(messages(&house.ann, &room).await.len(), 3);
}
