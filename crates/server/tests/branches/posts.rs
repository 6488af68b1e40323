use serde_json::json;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::{all, contents, say_after};
use crate::harness::Stead;

on_both!(
    a_message_after_an_older_one_begins_a_branch,
    a_message_on_an_inactive_branch_makes_it_the_active_one,
    a_message_after_the_newest_begins_nothing,
    a_parent_is_a_message_of_the_same_thread,
    a_branch_begins_in_every_form_and_once,
    branches_wait_for_each_other,
    an_imported_message_has_its_place_on_a_branch,
);

async fn a_message_after_an_older_one_begins_a_branch(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let second = talk.say("two").await.expect(201);
    let aside = say_after(&ann, &talk, &first["id"], "three").await.expect(201);
    assert_eq!(talk.transcript().await, ["user: one", "assistant: one", "user: three", "assistant: three"]);
    let all = all(&ann, &talk).await;
    assert_eq!(contents(&all), ["one", "one", "two", "two", "three", "three"]);
    let active: Vec<bool> = all.iter().map(|message| message["active"].as_bool().unwrap()).collect();
    assert_eq!(active, [true, true, false, false, true, true]);
    assert_eq!(all[4]["parent_id"], first["id"]);
    assert_eq!(all[5], aside);
    assert_eq!(all[3]["parent_id"], second["parent_id"]);
    assert_eq!(talk.read().await["message_count"], 4);
    let listed = ann.get("/chat/default/threads").await.expect(200);
    assert_eq!(contents(listed[0]["messages"].as_array().unwrap()), ["one", "one", "three", "three"]);
    // What follows goes on with it.
    let next = talk.say("four").await.expect(201);
    assert_eq!(talk.messages().await[4]["parent_id"], aside["id"]);
    assert_eq!(next["active"], true);
}

async fn a_message_on_an_inactive_branch_makes_it_the_active_one(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let second = talk.say("two").await.expect(201);
    talk.say("three").await.expect(201);
    say_after(&ann, &talk, &first["id"], "four").await.expect(201);
    say_after(&ann, &talk, &second["id"], "five").await.expect(201);
    let messages = talk.messages().await;
    assert_eq!(contents(&messages), ["one", "one", "two", "two", "five", "five"]);
    assert_eq!(all(&ann, &talk).await.len(), 10);
}

async fn a_message_after_the_newest_begins_nothing(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let before = ann.get(&talk.path).await.expect(200);
    say_after(&ann, &talk, &first["id"], "two").await.expect(201);
    assert_eq!(talk.messages().await, all(&ann, &talk).await);
    assert_eq!(talk.messages().await.len(), 4);
    assert_eq!(ann.get(&talk.path).await.expect(200)["updated_at"], before["updated_at"]);
    // Null stands for absent.
    ann.post(&talk.at("/messages"), json!({"content": "three", "parent_id": null})).await.expect(201);
    assert_eq!(talk.messages().await.len(), 6);
}

async fn a_parent_is_a_message_of_the_same_thread(stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = stead.register("bob").await;
    let (talk, other, theirs) = (ann.talk().await, ann.talk().await, bob.talk().await);
    talk.say("one").await.expect(201);
    let elsewhere = other.say("one").await.expect(201);
    let strange = theirs.say("one").await.expect(201);
    for wrong in [&elsewhere["id"], &strange["id"], &json!("0197a3c4-5d6e-7f80-9a1b-000000000009"), &json!("x")] {
        say_after(&ann, &talk, wrong, "two").await.complains_about("parent_id");
    }
    assert_eq!(all(&ann, &talk).await.len(), 2);
}

async fn a_branch_begins_in_every_form_and_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    talk.say("two").await.expect(201);
    let post = |content: &str| {
        ann.post(&talk.at("/messages"), json!({"content": content, "parent_id": first["id"]})).key(content)
    };
    let streamed = post("three").stream().await.rest().await;
    assert_eq!(streamed.last().unwrap().name, "run.completed");
    let run = post("four").header("prefer", "respond-async").await.expect(202);
    talk.ended(run["id"].as_str().unwrap()).await;
    let shown = talk.messages().await;
    assert_eq!(contents(&shown), ["one", "one", "four", "four"]);
    let again = post("three").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201)["active"], false, "a repeat shows things as they are now");
    assert_eq!(talk.messages().await, shown);
}

async fn branches_wait_for_each_other(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("a2").behind(&gate), FakeReply::text("a3")]);
    let second = talk.send("two").await;
    gate.reached().await;
    let third = ann.post(&talk.at("/messages"), json!({"content": "three", "parent_id": first["id"]}));
    let third = third.header("prefer", "respond-async").await.expect(202);
    assert_eq!(third["status"], "queued");
    gate.open();
    for run in [second, third] {
        assert_eq!(talk.ended(run["id"].as_str().unwrap()).await["status"], "completed");
    }
    let messages = all(&ann, &talk).await;
    assert_eq!(contents(&messages), ["one", "one", "two", "a2", "three", "a3"]);
    assert_eq!(contents(&talk.messages().await), ["one", "one", "three", "a3"]);
}

async fn an_imported_message_has_its_place_on_a_branch(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let importer = crate::api_keys::key(&ann, &["threads:write", "threads:import"]).await;
    let first = talk.say("one").await.expect(201);
    talk.say("two").await.expect(201);
    let import = |parent: &serde_json::Value| {
        let body = json!({"content": "imported", "role": "assistant", "parent_id": parent});
        importer.post(&talk.at("/messages"), body)
    };
    let imported = import(&first["id"]).await.expect(201);
    assert_eq!((&imported["parent_id"], &imported["active"]), (&first["id"], &json!(true)));
    assert_eq!(contents(&talk.messages().await), ["one", "one", "imported"]);
    import(&json!("0197a3c4-5d6e-7f80-9a1b-000000000009")).await.complains_about("parent_id");
    let next = importer.post(&talk.at("/messages"), json!({"content": "more", "role": "system"})).await.expect(201);
    assert_eq!(next["parent_id"], imported["id"]);
}
