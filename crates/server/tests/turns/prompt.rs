use serde_json::json;
use stead_domain::ports::llm::{LlmErrorKind, LlmMessage};
use stead_testkit::fakes::FakeReply;

use crate::harness::{Setup, Stead, script};

on_both!(
    the_agents_instructions_come_first,
    a_changed_agent_answers_as_it_is_now,
    failed_answers_without_a_word_are_left_out,
    a_persons_message_is_told_as_it_was_written,
    the_history_keeps_within_the_models_context,
    a_message_larger_than_the_context_fails_by_name,
);

async fn the_agents_instructions_come_first(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = json!({
        "handle": "pirate", "display_name": "Pirate", "description": "A pirate.", "instructions": "Talk like one.\nArr.",
        "model": "salty", "temperature": 1.5,
    });
    let agent = ann.post("/agents", agent).await.expect(201);
    let talk = ann.talk_with(agent["id"].as_str().unwrap()).await;
    let answer = talk.say("Hello").await.expect(201);
    assert_eq!(answer["metadata"]["model"], "salty");
    let asked = stead.script().asked().pop().unwrap();
    assert_eq!(asked.model.as_deref(), Some("salty"));
    assert_eq!(asked.temperature.map(|temperature| temperature.get()), Some(1.5));
    assert!(asked.tools.is_empty());
    let [LlmMessage::System(system), LlmMessage::User(user)] = &asked.messages[..] else { panic!("{asked:?}") };
    for part in ["Pirate", "A pirate.", "Talk like one.\nArr."] {
        assert!(system.contains(part), "{system}");
    }
    assert_eq!(user, "Hello");
}

async fn a_changed_agent_answers_as_it_is_now(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let talk = ann.talk_with(agent["id"].as_str().unwrap()).await;
    talk.say("one").await.expect(201);
    let path = format!("/agents/{}", agent["id"].as_str().unwrap());
    ann.patch(&path, json!({"instructions": "In verse.", "model": "poet"})).await.expect(200);
    talk.say("two").await.expect(201);
    let asked = stead.script().asked().pop().unwrap();
    assert_eq!(asked.model.as_deref(), Some("poet"));
    assert!(script::told(&asked)[0].contains("In verse."));
}

async fn failed_answers_without_a_word_are_left_out(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([
        FakeReply::text("a1"),
        FakeReply::refuses(LlmErrorKind::Unavailable),
        FakeReply::text("half").then_fails(LlmErrorKind::Timeout),
        FakeReply::text("a4"),
    ]);
    talk.say("u1").await.expect(201);
    talk.say("u2").await.refused(503, "ai_unavailable");
    talk.say("u3").await.refused(503, "ai_unavailable");
    talk.say("u4").await.expect(201);
    let told = script::told(&stead.script().asked().pop().unwrap());
    assert_eq!(told[1..], ["user: u1", "assistant: a1", "user: u2", "user: u3", "assistant: half", "user: u4"]);
}

async fn a_persons_message_is_told_as_it_was_written(setup: Setup) {
    let stead = setup.wire().await.start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let written = "  **bold** <b>x</b> &amp; \n\n```\ncode\n``` \u{1f600} ";
    let message = json!({"content": written, "content_html": "<p>something else</p>", "metadata": {"secret": 1}});
    ann.post(&talk.at("/messages"), message).await.expect(201);
    let asked = stead.wire().requests().pop().unwrap();
    // A plain string, not a list of parts: every endpoint takes that.
    assert_eq!(asked.messages().last().unwrap(), &json!({"role": "user", "content": written}));
    assert_eq!(asked.messages().len(), 2);
    assert!(!asked.body.to_string().contains("something else"));
}

async fn the_history_keeps_within_the_models_context(setup: Setup) {
    let setup = setup.setting("STEAD_LLM__CONTEXT_TOKENS", 1_024).setting("STEAD_LLM__ANSWER_TOKENS", 512);
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    for number in 0..6 {
        talk.say(&format!("{number}{}", "x".repeat(499))).await.expect(201);
    }
    let all = talk.transcript().await;
    for (turn, asked) in stead.script().asked().iter().enumerate() {
        let told = script::told(asked);
        let characters: usize = told.iter().map(|line| line.split_once(": ").unwrap().1.len()).sum();
        assert!(characters / 4 <= 512, "{characters} characters are more than fit");
        assert_eq!(asked.max_answer_tokens, 512);
        // An unbroken piece of the conversation that ends with what is answered.
        let until = 2 * turn + 1;
        let history = &told[1..];
        assert_eq!(history, &all[until - history.len()..until]);
    }
    let last = stead.script().asked().pop().unwrap();
    assert!((3..=4).contains(&(last.messages.len() - 1)), "as much as fits: {}", last.messages.len());
}

async fn a_message_larger_than_the_context_fails_by_name(setup: Setup) {
    let setup = setup.setting("STEAD_LLM__CONTEXT_TOKENS", 1_024).setting("STEAD_LLM__ANSWER_TOKENS", 512);
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let answer = talk.say(&"x".repeat(3_000)).await;
    assert_eq!(answer.header("retry-after"), None, "it will not fit later either");
    answer.refused(400, "context_exceeded");
    let messages = talk.messages().await;
    assert_eq!(messages[0]["content"].as_str().unwrap().len(), 3_000);
    let run = talk.run(messages[1]["metadata"]["run_id"].as_str().unwrap()).await;
    assert_eq!(run["error"]["code"], "context_exceeded");
    assert!(stead.script().asked().is_empty());
    // It is out of the way for what comes after it.
    talk.say("short").await.expect(201);
    let told = script::told(&stead.script().asked().pop().unwrap());
    assert_eq!(told[1..], ["user: short"]);
}
