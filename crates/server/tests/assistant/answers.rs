use serde_json::json;
use stead_testkit::fakes::FakeReply;

use super::{ask, at, channel, say};
use crate::harness::{Stead, eventually, script::told, talk::text};

on_both!(
    an_answer_is_made_from_what_was_said_in_the_channel,
    what_is_said_later_is_found_in_the_next_turn,
    one_members_messages_alone_are_looked_through,
    a_file_that_is_named_is_told,
    the_channels_agent_and_personality_answer,
    an_answer_whose_source_is_gone_is_stale,
);

async fn an_answer_is_made_from_what_was_said_in_the_channel(stead: Stead) {
    let ann = stead.register("ann").await;
    let (work, secret) = (channel(&ann, "work", "public").await, channel(&ann, "secret", "private").await);
    let said = say(&ann, &work, "The release is planned for pumpkinday").await;
    say(&ann, &secret, "The release is cancelled, zebracanary").await;
    stead.script().answers([FakeReply::text("On pumpkinday [1].")]);
    let asked = ask(&ann, &work, "When is the release planned?").await;
    let prompt = told(&stead.script().asked().pop().unwrap()).join("\n");
    assert!(prompt.contains("pumpkinday") && !prompt.contains("zebracanary"), "{prompt}");
    let citations = asked["message"]["parameters"]["citations"].as_array().unwrap();
    let expected = json!({"n": 1, "kind": "message", "id": said["id"], "cited": true});
    assert_eq!(citations.first(), Some(&expected), "{asked}");
    assert_eq!(asked["message"]["parameters"]["stale"], false);
}

async fn what_is_said_later_is_found_in_the_next_turn(stead: Stead) {
    let ann = stead.register("ann").await;
    let work = channel(&ann, "work", "public").await;
    let asked = ask(&ann, &work, "Where is the umbrella?").await;
    say(&ann, &work, "The umbrella is in the lighthouse").await;
    let path = format!("{}/messages", at(&work, &asked["conversation"]));
    ann.post(&path, json!({"content": "And where is the umbrella now?", "role": "user"})).await.expect(200);
    let prompt = told(&stead.script().asked().pop().unwrap()).join("\n");
    assert!(prompt.contains("lighthouse"), "{prompt}");
}

async fn one_members_messages_alone_are_looked_through(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let work = channel(&ann, "work", "public").await;
    mia.post_nothing(&format!("/channels/{work}/join")).await.expect(200);
    say(&mia, &work, "I think the budget is marigold").await;
    // Far enough apart that the one is not what was said around the other.
    for n in 0..6 {
        say(&ann, &work, &format!("Something else entirely, numbersomething{n}")).await;
    }
    say(&ann, &work, "I think the budget is turquoise").await;
    let query = json!({"query": "What is the budget?", "fromUserId": mia.id()});
    let asked = ann.post(&format!("/ai/channels/{work}/query"), query).await.expect(200);
    let prompt = told(&stead.script().asked().pop().unwrap()).join("\n");
    assert!(prompt.contains("marigold") && !prompt.contains("turquoise"), "{prompt}");
    assert_eq!(asked["conversation"]["messages"][0]["parameters"], json!({"fromUserId": mia.id()}));
}

async fn a_file_that_is_named_is_told(stead: Stead) {
    let ann = stead.register("ann").await;
    let work = channel(&ann, "work", "public").await;
    let file = ann.upload("plan.txt", "The plan is to plant sunflowers.").await;
    let query = json!({"query": "What is the plan?", "fileIds": [file["id"]]});
    ann.post(&format!("/ai/channels/{work}/query"), query).await.expect(200);
    let prompt = told(&stead.script().asked().pop().unwrap()).join("\n");
    assert!(prompt.contains("sunflowers"), "{prompt}");
}

async fn the_channels_agent_and_personality_answer(stead: Stead) {
    let ann = stead.register("ann").await;
    let work = channel(&ann, "work", "public").await;
    let agent = json!({
        "handle": "clerk", "display_name": "Clerk", "kind": "organization", "instructions": "Be exact, quoth the clerk.",
    });
    let agent = ann.post("/agents", agent).await.expect(201);
    let patch = json!({"agent_id": agent["id"], "agent_personality": "Speak like a sailor."});
    ann.patch(&format!("/channels/{work}"), patch).await.expect(200);
    ask(&ann, &work, "hello").await;
    let prompt = told(&stead.script().asked().pop().unwrap()).join("\n");
    assert!(prompt.contains("quoth the clerk") && prompt.contains("Speak like a sailor."), "{prompt}");
}

async fn an_answer_whose_source_is_gone_is_stale(stead: Stead) {
    let ann = stead.register("ann").await;
    let work = channel(&ann, "work", "public").await;
    let said = say(&ann, &work, "The password of the day is hippogriff").await;
    stead.script().answers([FakeReply::text("It is hippogriff [1].")]);
    let asked = ask(&ann, &work, "What is the password of the day?").await;
    ann.delete(&format!("/messages/{}", text(&said["id"]))).await.expect(204);
    let now = ann.get(&at(&work, &asked["conversation"])).await.expect(200);
    let parameters = &now["messages"][1]["parameters"];
    assert_eq!((&parameters["stale"], &parameters["citations"]), (&json!(true), &json!([])));
    ask(&ann, &work, "What was the password of the day?").await;
    let prompt = told(&stead.script().asked().pop().unwrap()).join("\n");
    assert!(!prompt.contains("hippogriff"), "{prompt}");
    eventually("what was deleted to be out of the search", async || {
        let found = ann.get(&format!("/search?q=hippogriff&channel_id={work}")).await.expect(200);
        (found["results"] == json!([])).then_some(())
    })
    .await;
}
