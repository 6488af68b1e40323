//! Nobody's stand-in answers another.

use serde_json::json;
use stead_domain::ports::presence::ConnectionStatus;

use super::{House, are, direct, messages, say};
use crate::harness::Setup;

on_both!(two_who_are_away_have_one_answer_each, many_mentions_have_few_answers, agents_do_not_answer_each_other);

async fn two_who_are_away_have_one_answer_each(setup: Setup) {
    let house = House::of(setup).await;
    let cy = house.newcomer("cy").await;
    house.is(&cy, ConnectionStatus::Away);
    let channel = direct(&cy, &house.ben).await;
    say(&cy, &channel, "Ben, are you there?").await;
    are(&cy, &channel, 2).await;
    say(&house.ben, &channel, "Cy, are you there?").await;
    are(&cy, &channel, 4).await;
    house.settles().await;
    let said = messages(&cy, &channel).await;
    let on_behalf: Vec<_> = said.iter().filter_map(|said| said["on_behalf_of"]["id"].as_str()).collect();
    assert_eq!(on_behalf, [house.ben.id(), cy.id()]);
}

async fn many_mentions_have_few_answers(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    let mut named = String::from("@ben");
    for n in 0..12 {
        let handle = format!("away{n}");
        let away = house.newcomer(&handle).await;
        house.is(&away, ConnectionStatus::Away);
        house.ann.put_nothing(&format!("/channels/{room}/members/{}", away.id())).await.expect(200);
        named.push_str(&format!(" @{handle}"));
    }
    let before = messages(&house.ann, &room).await.len();
    say(&house.ann, &room, &format!("{named} who is there?")).await;
    are(&house.ann, &room, before + 11).await;
    house.settles().await;
    assert_eq!(messages(&house.ann, &room).await.len(), before + 11, "ten at most");
}

async fn agents_do_not_answer_each_other(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    let mut handles = Vec::new();
    for handle in ["one", "two"] {
        let agent = json!({"handle": handle, "display_name": handle, "kind": "organization"});
        let agent = house.ann.post("/agents", agent).await.expect(201);
        let at = format!("/channels/{room}/agents/{}", agent["id"].as_str().unwrap());
        house.ann.put_nothing(&at).await.expect(200);
        handles.push(format!("@{handle}"));
    }
    // Each repeats what it was asked, and so mentions the other and Ben.
    say(&house.ann, &room, &format!("{} @ben", handles.join(" "))).await;
    are(&house.ann, &room, 4).await;
    house.settles().await;
    assert_eq!(messages(&house.ann, &room).await.len(), 4);
}
