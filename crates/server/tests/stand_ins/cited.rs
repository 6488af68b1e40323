//! What an answer was made from is told with it, to whoever may read that now.

use serde_json::{Value, json};
use stead_testkit::fakes::{FakeReply, FakeVectorStore, VectorFault};

use super::{House, are, finds, messages, say};
use crate::{
    harness::{Account, Setup, talk::text},
    realtime::Socket,
};

on_both!(
    an_answer_in_a_channel_tells_its_sources,
    who_may_not_read_a_source_is_not_told_of_it,
    an_answer_in_a_thread_tells_its_sources,
    an_answer_without_meaning_says_so,
);

/// The source of an answer that points at it.
fn cites(said: &Value) -> Value {
    json!({"n": 1, "kind": "message", "id": said["id"], "cited": true})
}

fn cited(answer: &Value) -> Vec<Value> {
    answer["citations"].as_array().unwrap_or_else(|| panic!("an answer: {answer}")).clone()
}

async fn helper(house: &House, room: &str) -> String {
    let agent = json!({
        "handle": "helper", "display_name": "Helper", "kind": "organization", "knowledge": "shared_channels",
    });
    let agent = text(&house.ann.post("/agents", agent).await.expect(201)["id"]).to_owned();
    house.ann.put_nothing(&format!("/channels/{room}/agents/{agent}")).await.expect(200);
    agent
}

/// Something said so long ago that it is looked up.
async fn said_long_ago(by: &Account, room: &str, word: &str) -> Value {
    let said = say(by, room, &format!("The {word} is in the barn")).await;
    for _ in 0..42 {
        say(by, room, "And so on").await;
    }
    finds(by, word, 1).await;
    said
}

async fn an_answer_in_a_channel_tells_its_sources(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    helper(&house, &room).await;
    let source = said_long_ago(&house.ann, &room, "pumpkin").await;
    let (mut socket, _) = Socket::open(&house.ben).await;
    house.stead.script().answers([FakeReply::text("In the barn [1].")]);
    let asked = say(&house.ann, &room, "@helper where is the pumpkin?").await;
    assert!(asked["citations"].is_null() && asked["stale"].is_null(), "no model wrote it: {asked}");
    let answer = are(&house.ann, &room, 45).await.pop().unwrap();
    assert_eq!((cited(&answer).first(), &answer["stale"]), (Some(&cites(&source)), &json!(false)), "{answer}");
    socket.until("message.created").await;
    let told = socket.until("message.created").await;
    let event = &told.last().unwrap()["data"]["message"];
    assert_eq!((&event["id"], &event["citations"]), (&answer["id"], &answer["citations"]));
    let alone = house.ben.get(&format!("/messages/{}", text(&answer["id"]))).await.expect(200);
    assert_eq!((&alone["citations"], &alone["stale"]), (&answer["citations"], &json!(false)));

    house.ann.delete(&format!("/messages/{}", text(&source["id"]))).await.expect(204);
    let now = messages(&house.ben, &room).await.pop().unwrap();
    assert_eq!(now["stale"], true);
    assert!(cited(&now).iter().all(|citation| citation["id"] != source["id"]), "{now}");
}

async fn who_may_not_read_a_source_is_not_told_of_it(setup: Setup) {
    let house = House::of(setup).await;
    let (shared, channel) = (house.room("Shared").await, house.direct().await);
    let source = say(&house.ben, &shared, "The orchard opens at seven").await;
    finds(&house.ann, "orchard", 1).await;
    house.stead.script().answers([FakeReply::text("At seven [1].")]);
    say(&house.ann, &channel, "When does the orchard open?").await;
    let answer = are(&house.ann, &channel, 2).await.pop().unwrap();
    assert_eq!(cited(&answer).first(), Some(&cites(&source)));
    let inbox = format!("/messaging/conversations/{channel}/messages");
    let in_inbox = house.ann.get(&inbox).await.expect(200);
    assert_eq!(
        (&in_inbox["messages"][1]["citations"], &in_inbox["messages"][0]["citations"]),
        (&answer["citations"], &json!(null))
    );
    let mine = house.ben.get("/ai/persona/me/replies").await.expect(200);
    assert_eq!(mine["messages"][0]["citations"], answer["citations"]);

    house
        .ann
        .put(&format!("/channels/{shared}/members/{}", house.ben.id()), json!({"role": "admin"}))
        .await
        .expect(200);
    house.ann.post_nothing(&format!("/channels/{shared}/leave")).await.expect(204);
    let now = messages(&house.ann, &channel).await.pop().unwrap();
    assert_eq!((cited(&now), &now["stale"]), (Vec::new(), &json!(false)));
    let theirs = messages(&house.ben, &channel).await.pop().unwrap();
    assert_eq!(theirs["citations"], answer["citations"]);
    let at = format!("/messages/{}", text(&source["id"]));
    house.ben.patch(&at, json!({"content": "The orchard opens at nine"})).await.expect(200);
    let theirs = messages(&house.ben, &channel).await.pop().unwrap();
    assert_eq!((&theirs["citations"], &theirs["stale"]), (&answer["citations"], &json!(true)));
}

async fn an_answer_in_a_thread_tells_its_sources(setup: Setup) {
    let house = House::of(setup).await;
    let room = house.room("Board").await;
    let agent = helper(&house, &room).await;
    let source = say(&house.ben, &room, "The pumpkin is in the barn").await;
    finds(&house.ann, "pumpkin", 1).await;
    let talk = house.ann.talk_with(&agent).await;
    house.stead.script().answers([FakeReply::text("In the barn [1].")]);
    let answer = talk.say("Where is the pumpkin?").await.expect(201);
    assert_eq!((cited(&answer).first(), &answer["stale"]), (Some(&cites(&source)), &json!(false)), "{answer}");
    let listed = talk.messages().await;
    assert_eq!((&listed[1]["citations"], &listed[0]["citations"]), (&answer["citations"], &json!(null)));
    assert_eq!(talk.read().await["messages"][1]["citations"], answer["citations"]);
    let threads = house.ann.get(&format!("/chat/{agent}/threads")).await.expect(200);
    assert_eq!(threads[0]["messages"][1]["citations"], answer["citations"]);
    house.stead.script().answers([FakeReply::text("Still there [1].")]);
    let (mut socket, _) = Socket::open(&house.ann).await;
    let told = talk.stream("And the pumpkin now?").await.rest().await;
    let completed = told.iter().find(|event| event.name == "message.completed").unwrap();
    assert_eq!(cited(&completed.data["message"]).first(), Some(&cites(&source)));
    let told = socket.until("message.updated").await;
    let event = &told.last().unwrap()["data"]["message"];
    assert_eq!(event["citations"], completed.data["message"]["citations"]);

    house.ben.delete(&format!("/messages/{}", text(&source["id"]))).await.expect(204);
    let listed = talk.messages().await;
    assert_eq!((cited(&listed[1]), &listed[1]["stale"], &listed[3]["stale"]), (Vec::new(), &json!(true), &json!(true)));
}

async fn an_answer_without_meaning_says_so(setup: Setup) {
    let vectors = FakeVectorStore::new();
    let house = House::of(setup.vectors(&vectors)).await;
    let channel = house.direct().await;
    for (n, is_away) in [true, false].into_iter().enumerate() {
        if is_away {
            vectors.break_with(VectorFault::Down);
        } else {
            vectors.mend();
        }
        let beside = json!({"query": "Where is the pumpkin?"});
        let asked = house.ann.post(&format!("/ai/channels/{channel}/query"), beside).await.expect(200);
        assert_eq!(asked["message"]["parameters"]["degraded"], is_away, "{asked}");
        let question = json!({"message": "Where is it?"});
        let would_be = house.ann.post(&format!("/ai/persona/{}", house.ben.id()), question).await.expect(200);
        assert_eq!(would_be["degraded"], is_away, "{would_be}");
        let own = house.ann.own_channel().await;
        say(&house.ann, &own, "Where is the pumpkin?").await;
        let answer = are(&house.ann, &own, 2 * (n + 1)).await.pop().unwrap();
        assert_eq!(answer["degraded"], is_away, "{answer}");
    }
    // One that looks nothing up has nothing to be short of.
    let plain = house.ann.talk().await.say("Hello").await.expect(201);
    assert_eq!(plain["degraded"], false, "{plain}");
    let question = say(&house.ann, &channel, "And where are you?").await;
    assert!(question["degraded"].is_null(), "no model wrote it: {question}");
}
