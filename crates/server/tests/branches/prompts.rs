use serde_json::json;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use super::{say_after, switch};
use crate::harness::{Stead, script, talk::text};

on_both!(
    a_prompt_tells_its_own_branch_alone,
    a_run_answers_on_its_branch_whichever_is_shown_meanwhile,
    a_long_branch_is_read_in_pages,
    files_of_another_branch_are_not_told_of,
);

async fn a_prompt_tells_its_own_branch_alone(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let second = talk.say("two").await.expect(201);
    say_after(&ann, &talk, &first["id"], "three").await.expect(201);
    say_after(&ann, &talk, &second["id"], "four").await.expect(201);
    let told: Vec<_> = stead.script().asked().iter().map(|asked| script::told(asked)[1..].to_vec()).collect();
    assert_eq!(told[2], ["user: one", "assistant: one", "user: three"]);
    assert_eq!(told[3], ["user: one", "assistant: one", "user: two", "assistant: two", "user: four"]);
}

async fn a_run_answers_on_its_branch_whichever_is_shown_meanwhile(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let second = talk.say("two").await.expect(201);
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("a3").behind(&gate), FakeReply::text("a4")]);
    let third = talk.send("three").await;
    gate.reached().await;
    let fourth = talk.send("four").await;
    let aside = json!({"content": "five", "parent_id": first["id"]});
    let fifth = ann.post(&talk.at("/messages"), aside).header("prefer", "respond-async").await.expect(202);
    gate.open();
    for run in [&third, &fourth, &fifth] {
        assert_eq!(talk.ended(text(&run["id"])).await["status"], "completed");
    }
    let told: Vec<_> = stead.script().asked().iter().map(|asked| script::told(asked)[1..].to_vec()).collect();
    let before = ["user: one", "assistant: one", "user: two", "assistant: two", "user: three", "assistant: a3"];
    assert_eq!(told[3][..6], before);
    assert_eq!(told[3][6..], ["user: four"]);
    assert_eq!(told[4], ["user: one", "assistant: one", "user: five"]);
    assert_eq!(talk.transcript().await, ["user: one", "assistant: one", "user: five", "assistant: five"]);
    switch(&ann, &talk, &second["id"]).await.expect(200);
    assert_eq!(talk.transcript().await[6..], ["user: four", "assistant: a4"]);
}

async fn a_long_branch_is_read_in_pages(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let importer = crate::api_keys::key(&ann, &["threads:write", "threads:import"]).await;
    let first = talk.say("root").await.expect(201);
    let mut before = first["id"].clone();
    for number in 0..101 {
        let body = json!({"content": format!("m{number}"), "role": "assistant", "parent_id": before});
        before = importer.post(&talk.at("/messages"), body).await.expect(201)["id"].clone();
    }
    say_after(&ann, &talk, &first["id"], "aside").await.expect(201);
    say_after(&ann, &talk, &before, "Well?").await.expect(201);
    let told = script::told(&stead.script().asked().pop().unwrap());
    let mut expected = vec!["user: root".to_owned(), "assistant: root".to_owned()];
    expected.extend((0..101).map(|number| format!("assistant: m{number}")));
    expected.push("user: Well?".to_owned());
    assert_eq!(told[1..], expected);
}

async fn files_of_another_branch_are_not_told_of(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let first = talk.say("one").await.expect(201);
    let file = ann.upload("secret.txt", "The word is heron.").await;
    let with_file = json!({"content": "Read this", "file_ids": [file["id"]]});
    let read = ann.post(&talk.at("/messages"), with_file).await.expect(201);
    say_after(&ann, &talk, &first["id"], "two").await.expect(201);
    say_after(&ann, &talk, &read["id"], "three").await.expect(201);
    let told: Vec<String> = stead.script().asked().iter().map(|asked| script::told(asked).join("\n")).collect();
    let tells: Vec<bool> = told.iter().map(|told| told.contains("heron")).collect();
    assert_eq!(tells, [false, true, false, true]);
}
