//! Agents that are in a channel.

use reqwest::Method;
use serde_json::{Value, json};
use stead_testkit::fakes::{FakeReply, tool};

use super::{House, all_of, are, finds, messages, say};
use crate::harness::{Setup, script::told, talk::text};

on_both!(
    an_agent_that_is_mentioned_answers,
    it_knows_the_channel_and_no_other,
    it_uses_tools_where_nobody_has_to_be_asked,
    once_it_is_removed_it_is_silent,
);

/// An organization's agent in a channel; its id.
async fn agent_in(house: &House, room: &str, more: Value) -> String {
    let mut agent = json!({"handle": "helper", "display_name": "Helper", "kind": "organization"});
    agent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let id = text(&house.ann.post("/agents", agent).await.expect(201)["id"]).to_owned();
    house.ann.put_nothing(&format!("/channels/{room}/agents/{id}")).await.expect(200);
    id
}

async fn an_agent_that_is_mentioned_answers(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    let agent = agent_in(&house, &room, json!({"instructions": "Speak plainly."})).await;
    let at = format!("/channels/{room}");
    house.ann.patch(&at, json!({"agent_personality": "Be a pirate.", "topic": "Boats"})).await.expect(200);
    say(&house.ann, &room, "Nobody is meant by this").await;
    let asked = say(&house.ann, &room, "@helper what floats?").await;
    let said = are(&house.ann, &room, 3).await;
    let answer = &said[2];
    assert_eq!((&answer["author"]["id"], &answer["from_ai"]), (&json!(agent), &json!(true)));
    assert_eq!((&answer["parent_id"], &answer["status"]), (&asked["id"], &json!("complete")));
    let told = told(&house.stead.script().asked().pop().unwrap());
    for part in ["Speak plainly.", "Be a pirate.", "#Board", "Boats"] {
        assert!(told[0].contains(part), "{part}: {told:#?}");
    }
    assert_eq!(told.last().unwrap(), "user: The ann: @helper what floats?");
    assert!(told.contains(&"user: The ann: Nobody is meant by this".to_owned()));
    // In a thread of replies it answers there.
    let reply = json!({"content": "@helper and what sinks?", "parent_id": asked["id"]});
    house.ann.post(&format!("{at}/messages"), reply).await.expect(201);
    let said = are(&house.ann, &room, 5).await;
    assert_eq!(said[4]["parent_id"], asked["id"]);
}

async fn it_knows_the_channel_and_no_other(setup: Setup) {
    let house = House::of(setup).await;
    let (room, other) = (house.room("Board").await, house.room("Other").await);
    agent_in(&house, &room, json!({})).await;
    say(&house.ann, &other, "The pumpkin costs a fortune").await;
    say(&house.ann, &room, "The pumpkin is in the barn").await;
    for _ in 0..45 {
        say(&house.ann, &room, "And so on").await;
    }
    finds(&house.ann, "pumpkin", 2).await;
    say(&house.ann, &room, "@helper where is the pumpkin?").await;
    are(&house.ann, &room, 48).await;
    let told = all_of(&house.stead.script().asked().pop().unwrap());
    assert!(told.contains("in the barn") && !told.contains("a fortune"), "{told}");
}

async fn it_uses_tools_where_nobody_has_to_be_asked(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    house.stead.tools().offer([tool("look")]);
    let server = house.ann.tool_server("kit").await;
    let agent = agent_in(&house, &room, json!({"tool_policy": "auto"})).await;
    let grant = json!({"servers": [{"mcp_server_id": server["id"]}]});
    house.ann.call(Method::PUT, &format!("/agents/{agent}/tools")).json(&grant).await.expect(200);
    house
        .stead
        .script()
        .answers([FakeReply::tool_calls([("call_1", "kit__look", "{}")]), FakeReply::text("I looked.")]);
    say(&house.ann, &room, "@helper have a look").await;
    let said = are(&house.ann, &room, 2).await;
    assert_eq!(said[1]["content"], "I looked.");
    assert_eq!(house.stead.tools().calls().len(), 1);
    house.ann.patch(&format!("/agents/{agent}"), json!({"tool_policy": "ask"})).await.expect(200);
    say(&house.ann, &room, "@helper have another look").await;
    are(&house.ann, &room, 4).await;
    let asked = house.stead.script().asked().pop().unwrap();
    assert!(asked.tools.is_empty(), "nobody is there to be asked: {asked:?}");
    assert_eq!(house.stead.tools().calls().len(), 1);
}

async fn once_it_is_removed_it_is_silent(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    let agent = agent_in(&house, &room, json!({})).await;
    house.ann.delete(&format!("/channels/{room}/agents/{agent}")).await.expect(204);
    let before = messages(&house.ann, &room).await.len();
    say(&house.ann, &room, "@helper what floats?").await;
    house.settles().await;
    assert_eq!(messages(&house.ann, &room).await.len(), before + 1);
}
