use serde_json::json;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use crate::harness::{Setup, Stead, eventually};

on_both!(
    a_message_is_answered_by_the_assistants_message,
    an_empty_answer_is_an_answer,
    the_offline_model_says_what_it_is,
    whoever_waits_too_long_gets_the_run,
    the_history_is_the_same_after_a_restart,
    the_real_adapter_answers_and_counts,
);

async fn a_message_is_answered_by_the_assistants_message(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("Hello **Ann** \u{1f44b}")]);
    let answer = talk.say("Hi").await.expect(201);
    let messages = talk.messages().await;
    assert_eq!(messages.len(), 2);
    let said = &messages[0];
    assert_eq!(messages[1], answer);
    assert_eq!((&answer["role"], &answer["status"]), (&json!("assistant"), &json!("complete")));
    assert_eq!(answer["content"], "Hello **Ann** \u{1f44b}");
    assert_eq!(answer["content_html"], "<p>Hello <strong>Ann</strong> \u{1f44b}</p>\n");
    assert_eq!(answer["thread_id"], talk.id);
    assert_eq!(answer["parent_id"], said["id"]);
    assert_eq!((&answer["tool_calls"], &answer["attachments"]), (&json!([]), &json!([])));
    assert_eq!(answer["active"], true);
    assert_eq!(answer["metadata"]["in_reply_to"], said["id"]);
    assert_eq!(answer["metadata"]["model"], "fake");
    assert_eq!((&said["role"], &said["status"], &said["content"]), (&json!("user"), &json!("complete"), &json!("Hi")));
    assert_eq!((&said["parent_id"], &said["tool_calls"]), (&json!(null), &json!([])));

    let run = talk.run(answer["metadata"]["run_id"].as_str().unwrap()).await;
    assert_eq!((&run["status"], &run["attempt"]), (&json!("completed"), &json!(1)));
    assert_eq!((&run["thread_id"], &run["conversation_id"]), (&json!(talk.id), &json!(talk.id)));
    assert_eq!(run["agent_id"], ann.default_agent());
    assert_eq!((&run["trigger_message_id"], &run["message_id"]), (&said["id"], &answer["id"]));
    assert_eq!((&run["usage"]["input_tokens"], &run["usage"]["output_tokens"]), (&json!(10), &json!(5)));
    assert!(run["error"].is_null() && run["started_at"].is_string() && run["ended_at"].is_string());
    let next = talk.say("And now?").await.expect(201);
    let messages = talk.messages().await;
    assert_eq!(messages[2]["parent_id"], answer["id"]);
    assert_eq!(next["parent_id"], messages[2]["id"]);
}

async fn an_empty_answer_is_an_answer(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("")]);
    let answer = talk.say("Hi").await.expect(201);
    assert_eq!((&answer["content"], &answer["status"]), (&json!(""), &json!("complete")));
    assert_eq!(talk.say("still there?").await.expect(201)["content"], "still there?");
}

async fn the_offline_model_says_what_it_is(setup: Setup) {
    let stead = setup.offline().start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = talk.say("What is a stead?").await.expect(201);
    assert_eq!(answer["metadata"]["model"], "offline");
    let content = answer["content"].as_str().unwrap();
    let first = content.split(". ").next().unwrap().to_lowercase();
    assert!(first.contains("offline") && content.contains("STEAD_LLM__BASE_URL"), "{content}");
}

async fn whoever_waits_too_long_gets_the_run(setup: Setup) {
    let stead = setup.setting("STEAD_AI__WAIT", "50ms").start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("late").behind(&gate)]);
    let run = talk.say("Hi").await.expect(202);
    assert_eq!(run["status"], "running");
    gate.open();
    assert_eq!(talk.ended(run["id"].as_str().unwrap()).await["status"], "completed");
    assert_eq!(talk.transcript().await, ["user: Hi", "assistant: late"]);
}

async fn the_history_is_the_same_after_a_restart(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    talk.say("one").await.expect(201);
    talk.say("two \u{1d11e}").await.expect(201);
    let before = talk.read().await;
    stead.restart().await;
    assert_eq!(talk.read().await, before);
    talk.say("three").await.expect(201);
    let told = crate::harness::script::told(&stead.script().asked().pop().unwrap());
    assert_eq!(
        told[1..],
        ["user: one", "assistant: one", "user: two \u{1d11e}", "assistant: two \u{1d11e}", "user: three"]
    );
}

async fn the_real_adapter_answers_and_counts(setup: Setup) {
    let stead = setup.wire().await.start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = talk.say("one two three").await.expect(201);
    assert_eq!(answer["content"], "one two three");
    assert_eq!(answer["metadata"]["model"], "wire-model");
    let run = talk.run(answer["metadata"]["run_id"].as_str().unwrap()).await;
    assert_eq!(run["usage"]["output_tokens"], 3);
    assert_eq!(stead.wire().refusals(), Vec::<String>::new());
    // A title goes over the same wire.
    let thread = ann.post("/chat/default/threads", json!({})).await.expect(201);
    let untitled = crate::harness::Talk::new(&ann, "/chat/default/threads", &thread);
    untitled.say("hello").await.expect(201);
    eventually("a title", async || (untitled.read().await["title"] == "A title").then_some(())).await;
}
