use serde_json::json;
use stead_testkit::fakes::{FakeReply, FakeToolReply};

use super::{newest_calls, statuses, talk_with, talk_with_tools};
use crate::harness::Stead;

on_both!(
    an_agent_has_so_many_rounds_and_then_answers,
    three_failures_in_a_row_end_the_tools,
    a_model_that_calls_too_much_at_once_fails,
    a_model_that_never_stops_calling_is_stopped,
);

async fn an_agent_has_so_many_rounds_and_then_answers(stead: Stead) {
    let ann = stead.register("ann").await;
    let server = ann.tool_server("kit").await;
    let talk = talk_with(&ann, json!({"tool_policy": "auto", "max_tool_rounds": 2}), &server).await;
    let call = |id| FakeReply::tool_calls([(id, "kit__echo", "{}")]);
    stead.script().answers([call("a"), call("b"), FakeReply::text("enough")]);
    assert_eq!(talk.say("go").await.expect(201)["content"], "enough");
    let asked = stead.script().asked();
    let offered: Vec<usize> = asked.iter().map(|request| request.tools.len()).collect();
    assert_eq!(offered, [1, 1, 0]);
    assert!(crate::harness::script::told(&asked[2])[0].contains("No more tools"));
}

async fn three_failures_in_a_row_end_the_tools(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "auto").await;
    let call = |id| FakeReply::tool_calls([(id, "kit__echo", "{}")]);
    stead.script().answers([call("a"), call("b"), call("c"), call("d"), call("e"), FakeReply::text("enough")]);
    for reply in [FakeToolReply::tool_error("no"), FakeToolReply::text("yes")] {
        stead.tools().script(reply);
    }
    stead.tools().answer_with(|_| FakeToolReply::tool_error("no"));
    assert_eq!(talk.say("go").await.expect(201)["content"], "enough");
    assert_eq!(statuses(&newest_calls(&talk).await), ["failed", "succeeded", "failed", "failed", "failed"]);
    assert!(stead.script().asked().last().unwrap().tools.is_empty());
}

async fn a_model_that_calls_too_much_at_once_fails(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "auto").await;
    let calls = vec![("x", "kit__echo", "{}"); 100];
    stead.script().answers([FakeReply::tool_calls(calls)]);
    let run = talk.send("go").await;
    let run = talk.ended(run["id"].as_str().unwrap()).await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("model_protocol")));
    assert!(stead.tools().calls().is_empty());
}

async fn a_model_that_never_stops_calling_is_stopped(stead: Stead) {
    let ann = stead.register("ann").await;
    let server = ann.tool_server("kit").await;
    let talk = talk_with(&ann, json!({"tool_policy": "auto", "max_tool_rounds": 3}), &server).await;
    stead.llm().answer_with(|_| FakeReply::tool_calls([("x", "kit__echo", "{}")]));
    let run = talk.send("go").await;
    let run = talk.ended(run["id"].as_str().unwrap()).await;
    assert!(["completed", "failed"].contains(&run["status"].as_str().unwrap()), "{run}");
    assert_eq!(stead.tools().calls().len(), 3);
}
