use serde_json::{Value, json};

use super::{Room, at};
use crate::harness::{Stead, talk::text};

on_both!(members_and_agents_of_the_channel_are_meant, a_member_comes_before_an_agent_of_the_same_handle);

async fn members_and_agents_of_the_channel_are_meant(stead: Stead) {
    let room = Room::new(&stead).await;
    let agent = json!({"handle": "helper", "display_name": "Helper", "kind": "organization"});
    let agent = room.ann.post("/agents", agent).await.expect(201);
    // Who is meant may answer: so a message is looked at by itself.
    let say = async |content: &str| room.say(&room.ann, content).await;
    let mentions = async |content: &str| say(content).await["mentions"].clone();
    let ben = json!({"kind": "user", "id": room.ben.id()});
    assert_eq!(mentions("@ben, @cy, @nobody and @helper").await, json!([ben]));
    let path = room.at(&format!("/agents/{}", text(&agent["id"])));
    room.ann.call(reqwest::Method::PUT, &path).await;
    let helper = json!({"kind": "agent", "id": agent["id"]});
    let all = json!([helper, {"kind": "here"}, ben, {"kind": "channel"}]);
    let said = say("@helper @here @BEN. @channel @ben").await;
    assert_eq!(said["mentions"], all);
    assert_eq!(mentions("`@ben` [@ben](https://example.org) x@ben").await, json!([]));
    assert_eq!(room.ben.get(&at(&said, "")).await.expect(200)["mentions"], all);
    room.ann.delete(&room.at(&format!("/members/{}", room.ben.id()))).await.expect(204);
    assert_eq!(mentions("@ben").await, json!([]));
    // What was meant then stays.
    assert_eq!(room.ann.get(&at(&said, "")).await.expect(200)["mentions"], all);
}

async fn a_member_comes_before_an_agent_of_the_same_handle(stead: Stead) {
    let room = Room::new(&stead).await;
    let agent = json!({"handle": "ben", "display_name": "Another Ben", "kind": "organization"});
    let made = room.ann.post("/agents", agent).await;
    // Ben's own agent may have the handle already.
    if made.status == 201 {
        let agent: Value = made.expect(201);
        room.ann.call(reqwest::Method::PUT, &room.at(&format!("/agents/{}", text(&agent["id"])))).await;
    }
    let said = room.say(&room.ann, "@ben").await;
    assert_eq!(said["mentions"], json!([{"kind": "user", "id": room.ben.id()}]));
}
