//! What was said in one's stead is one's own.

use serde_json::{Value, json};

use super::{House, are, messages, say};
use crate::harness::{Account, Setup, talk::text};

on_both!(one_is_told_what_was_said_in_ones_stead, it_is_ones_own_to_edit_and_to_retract);

async fn replies(account: &Account, query: &str) -> Vec<Value> {
    let page = account.get(&format!("/ai/persona/me/replies{query}")).await.expect(200);
    page["messages"].as_array().unwrap().clone()
}

async fn one_is_told_what_was_said_in_ones_stead(setup: Setup) {
    let house = House::of(setup).await;
    let (channel, room) = (house.direct().await, house.room("Board").await);
    assert!(replies(&house.ben, "").await.is_empty());
    say(&house.ann, &channel, "One").await;
    are(&house.ann, &channel, 2).await;
    say(&house.ann, &room, "@ben two").await;
    are(&house.ann, &room, 2).await;
    let said = replies(&house.ben, "").await;
    let contents: Vec<_> = said.iter().map(|said| text(&said["content"])).collect();
    assert_eq!(contents, ["The ann: One", "The ann: @ben two"]);
    assert!(said.iter().all(|said| said["from_ai"] == true && said["on_behalf_of"]["id"] == house.ben.id()));
    assert!(replies(&house.ann, "").await.is_empty());
    let since = format!("?since={}", text(&said[1]["created_at"]));
    assert_eq!(replies(&house.ben, &since).await, [said[1].clone()]);
    assert_eq!(replies(&house.ben, "?limit=1").await.len(), 1);
    // Of a channel that one has left nothing is shown.
    house.ann.delete(&format!("/channels/{room}/members/{}", house.ben.id())).await.expect(204);
    assert_eq!(replies(&house.ben, "").await, [said[0].clone()]);
}

async fn it_is_ones_own_to_edit_and_to_retract(setup: Setup) {
    let house = House::of(setup).await;
    let channel = house.direct().await;
    say(&house.ann, &channel, "One").await;
    let answer = are(&house.ann, &channel, 2).await.pop().unwrap();
    let at = format!("/messages/{}", text(&answer["id"]));
    let edit = json!({"content": "I never said that"});
    house.ann.patch(&at, edit.clone()).await.refused(403, "forbidden");
    house.ann.delete(&at).await.refused(403, "forbidden");
    let edited = house.ben.patch(&at, edit).await.expect(200);
    assert_eq!((&edited["from_ai"], &edited["content"]), (&json!(true), &json!("I never said that")));
    assert_eq!(edited["on_behalf_of"]["id"], house.ben.id());
    house.ben.delete(&at).await.expect(204);
    assert!(replies(&house.ben, "").await.is_empty());
    let left = messages(&house.ann, &channel).await;
    assert!(left.iter().all(|said| said["content"] == "" || said["from_ai"] == false), "{left:#?}");
}
