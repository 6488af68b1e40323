use serde_json::json;
use stead_domain::ports::llm::LlmMessage;
use stead_testkit::fakes::{FakeReply, FakeToolReply};

use super::{talk_with, talk_with_tools};
use crate::harness::{Setup, Stead, script::told};

on_both!(later_turns_know_what_was_called, a_long_result_leaves_room_for_the_rest);

async fn later_turns_know_what_was_called(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "auto").await;
    let first = FakeReply::text("Looking.").and_tool_calls([("x", "kit__echo", r#"{"q":1}"#)]);
    let second = FakeReply::tool_calls([("y", "kit__echo", r#"{"q":2}"#), ("z", "kit__echo", "nonsense")]);
    stead.script().answers([first, second, FakeReply::text("Found it.")]);
    talk.say("look").await.expect(201);
    talk.say("thanks").await.expect(201);
    let request = stead.script().asked().pop().unwrap();
    let told = told(&request);
    let expected = [
        "user: look",
        "assistant: Looking.",
        "tool: <tool_result>\n{\"q\":1}\n</tool_result>",
        "assistant: ",
        "tool: <tool_result>\n{\"q\":2}\n</tool_result>",
    ];
    assert_eq!(told[1..6], expected);
    assert!(told[6].starts_with("tool: <tool_error>"), "{told:?}");
    assert_eq!(told[7..], ["assistant: Found it.", "user: thanks"]);
    // Each call is answered once, right after.
    for (index, message) in request.messages.iter().enumerate() {
        let LlmMessage::Assistant { tool_calls, .. } = message else { continue };
        for (n, call) in tool_calls.iter().enumerate() {
            let answered = &request.messages[index + 1 + n];
            assert!(matches!(answered, LlmMessage::Tool { call_id, .. } if *call_id == call.id), "{answered:?}");
            assert!(serde_json::from_str::<serde_json::Value>(&call.arguments).is_ok_and(|value| value.is_object()));
        }
    }
}

async fn a_long_result_leaves_room_for_the_rest(setup: Setup) {
    let stead =
        setup.setting("STEAD_LLM__CONTEXT_TOKENS", 4_000).setting("STEAD_LLM__ANSWER_TOKENS", 500).start().await;
    let ann = stead.register("ann").await;
    let server = ann.tool_server("kit").await;
    let talk = talk_with(&ann, json!({"tool_policy": "auto"}), &server).await;
    let call = |id| FakeReply::tool_calls([(id, "kit__echo", "{}")]);
    stead.script().answers([call("a"), call("b"), FakeReply::text("fine")]);
    stead.tools().answer_with(|_| FakeToolReply::text("long ".repeat(20_000)));
    assert_eq!(talk.say("go").await.expect(201)["content"], "fine");
    for request in stead.script().asked() {
        let length: usize = told(&request).iter().map(String::len).sum();
        assert!(length < 4 * 3_500, "{length}");
        assert!(told(&request).contains(&"user: go".to_owned()));
    }
}
