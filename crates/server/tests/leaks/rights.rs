//! What an agent may do for somebody: what both of them may, and in somebody's stead nothing but say something.

use reqwest::Method;
use serde_json::json;
use stead_testkit::fakes::{FakeReply, tool};

use super::places::{Places, QUESTION};
use crate::{
    harness::{Setup, talk::text},
    stand_ins::{messages, say},
};

on_both!(in_somebodys_stead_nothing_is_done, a_decision_about_a_call_is_one_of_its_run);

async fn in_somebodys_stead_nothing_is_done(setup: Setup) {
    let places = Places::of(setup).await;
    let Places { house, open, dm_ab, .. } = &places;
    let (ann, ben) = (&house.ann, &house.ben);
    house.stead.tools().offer([tool("look"), tool("write")]);
    let server = ann.tool_server("kit").await;
    let agents = ben.get("/agents").await.expect(200);
    let own = agents["agents"].as_array().unwrap().iter().find(|agent| agent["owner_user_id"] == ben.id()).unwrap();
    let own = text(&own["id"]);
    let grant = json!({"servers": [{"mcp_server_id": server["id"]}]});
    ben.call(Method::PUT, &format!("/agents/{own}/tools")).json(&grant).await.expect(200);
    ben.patch(&format!("/agents/{own}"), json!({"tool_policy": "auto"})).await.expect(200);
    ben.put("/ai/persona/me", json!({"mention_cooldown_s": 0})).await.expect(200);
    house.stead.llm().answer_with(|request| {
        let calls = [("call_1", "kit__write", "{}"), ("call_2", "kit__look", "{}")];
        let has_called =
            request.messages.iter().any(|said| matches!(said, stead_domain::ports::llm::LlmMessage::Tool { .. }));
        if has_called { FakeReply::text("I tried.") } else { FakeReply::text("Let me see.").and_tool_calls(calls) }
    });
    let before = places.asked();
    places.asks_in(ann, dm_ab, QUESTION).await;
    places.asks_in(ann, open, &format!("@ben {QUESTION}")).await;
    places.asks_in(ben, &ben.own_channel().await, QUESTION).await;
    ann.post(&format!("/ai/persona/{}", ben.id()), json!({"message": QUESTION})).await.expect(200);
    let asked = places.asked_since(before);
    assert!(asked.len() >= 4 && asked.iter().all(|request| request.tools.is_empty()), "{asked:#?}");
    assert!(house.stead.tools().calls().is_empty());
    // Asked as itself it may, and so what it may not do above is for the way it was asked.
    ben.talk_with(own).await.say(QUESTION).await.expect(201);
    assert_eq!(house.stead.tools().calls().len(), 2);
    // But nobody else can have it do so in a room, where it is not.
    let count = messages(ann, open).await.len();
    ann.put_nothing(&format!("/channels/{open}/agents/{own}")).await.refused(400, "invalid_request");
    say(ann, open, "@nobody have a look").await;
    house.settles().await;
    assert_eq!(messages(ann, open).await.len(), count + 1);
}

async fn a_decision_about_a_call_is_one_of_its_run(setup: Setup) {
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let talk = crate::tool_turns::talk_with_tools(&ann, "ask").await;
    stead.script().answers([FakeReply::tool_calls([("a", "kit__echo", "{}")]), FakeReply::text("Done.")]);
    let run = talk.say("go").await.expect(202);
    let call = crate::tool_turns::newest_calls(&talk).await.remove(0);
    let other = ann.talk_with(text(&talk.thread["agent_id"])).await;
    stead.script().answers([FakeReply::tool_calls([("b", "kit__echo", "{}")]), FakeReply::text("Done.")]);
    let another = other.say("go").await.expect(202);
    // The call of one run is none of another, nor of another thread; and what it is given cannot be changed.
    for path in [
        other.at(&format!("/runs/{}/approvals", text(&another["id"]))),
        talk.at(&format!("/runs/{}/approvals", text(&another["id"]))),
    ] {
        let decision = json!({"tool_call_id": call["id"], "approve": true});
        ann.post(&path, decision).await.refused(404, "not_found");
    }
    let own = talk.at(&format!("/runs/{}/approvals", text(&run["id"])));
    let changed = json!({"tool_call_id": call["id"], "approve": true, "arguments": {"n": 2}});
    ann.post(&own, changed).await.refused(400, "invalid_request");
    assert!(stead.tools().calls().is_empty());
}
