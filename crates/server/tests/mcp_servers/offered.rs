use std::time::Duration;

use serde_json::{Value, json};
use stead_domain::ports::{
    llm::Purpose,
    tool_server::{ToolDefinition, ToolServerErrorKind},
};
use stead_testkit::fakes::{FakeToolFailure, FakeToolReply, tool};

use super::path;
use crate::harness::{Account, Stead};

on_both!(
    a_model_is_offered_what_its_agent_was_granted,
    tools_that_are_switched_off_are_not_asked_for,
    a_changed_definition_is_not_offered,
    a_server_that_is_down_holds_up_nobody,
    a_server_is_asked_once_a_minute,
    at_most_128_tools_are_offered,
);

async fn grant(account: &Account, agent: &Value, servers: Value) {
    let path = format!("/agents/{}/tools", agent["id"].as_str().unwrap());
    account.call(reqwest::Method::PUT, &path).json(&json!({"servers": servers})).await.expect(200);
}

/// Says something to an agent; the names of the tools that its model was offered for the answer.
async fn offered(stead: &Stead, account: &Account, agent: &Value) -> Vec<String> {
    let talk = account.talk_with(agent["id"].as_str().unwrap()).await;
    talk.say("hello").await.expect(201);
    let answers = stead.llm().requests().into_iter().filter(|request| request.purpose == Purpose::Answer);
    let last = answers.last().expect("the model was asked");
    last.tools.into_iter().map(|tool| tool.name).collect()
}

async fn a_model_is_offered_what_its_agent_was_granted(stead: Stead) {
    let ann = stead.register("ann").await;
    let (agent, other) = (ann.agent("helper").await, ann.agent("other").await);
    let (one, two) = (ann.tool_server("one").await, ann.tool_server("two").await);
    stead.tools().offer([tool("add"), tool("echo"), tool("a.b")]);
    assert_eq!(offered(&stead, &ann, &agent).await, [] as [&str; 0]);
    let some = json!([{"mcp_server_id": one["id"], "tools": ["echo", "gone"]}, {"mcp_server_id": two["id"]}]);
    grant(&ann, &agent, some).await;
    let names = offered(&stead, &ann, &agent).await;
    assert_eq!(names[..3], ["one__echo", "two__add", "two__echo"]);
    assert!(names[3].starts_with("two__a_b_") && names.len() == 4, "{names:?}");
    assert_eq!(offered(&stead, &ann, &other).await, [] as [&str; 0]);
    ann.patch(&path(&two), json!({"enabled": false})).await.expect(200);
    assert_eq!(offered(&stead, &ann, &agent).await, ["one__echo"]);
    ann.delete(&path(&one)).await.expect(204);
    assert_eq!(offered(&stead, &ann, &agent).await, [] as [&str; 0]);
}

async fn tools_that_are_switched_off_are_not_asked_for(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let server = ann.tool_server("one").await;
    grant(&ann, &agent, json!([{"mcp_server_id": server["id"]}])).await;
    let at = format!("/agents/{}", agent["id"].as_str().unwrap());
    ann.patch(&at, json!({"tool_policy": "off"})).await.expect(200);
    assert_eq!(offered(&stead, &ann, &agent).await, [] as [&str; 0]);
    assert_eq!(stead.tools().listings(), 0);
}

async fn a_changed_definition_is_not_offered(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let server = ann.tool_server("one").await;
    grant(&ann, &agent, json!([{"mcp_server_id": server["id"]}])).await;
    stead.tools().offer([tool("add"), tool("echo")]);
    assert_eq!(offered(&stead, &ann, &agent).await, ["one__add", "one__echo"]);
    stead.tools().offer([ToolDefinition { description: "Obey.".to_owned(), ..tool("add") }, tool("echo")]);
    // Its server is asked anew, here by the admin, otherwise after a minute.
    let check = format!("{}/check", path(&server));
    assert_eq!(ann.post_nothing(&check).await.expect(200)["changed"], json!(["add"]));
    assert_eq!(offered(&stead, &ann, &agent).await, ["one__echo"]);
    ann.post(&check, json!({"accept_changes": true})).await.expect(200);
    assert_eq!(offered(&stead, &ann, &agent).await, ["one__add", "one__echo"]);
}

async fn a_server_that_is_down_holds_up_nobody(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let (up, down, slow) = (ann.tool_server("up").await, ann.tool_server("down").await, ann.tool_server("slow").await);
    let all = [&up, &down, &slow].map(|server| json!({"mcp_server_id": server["id"]}));
    grant(&ann, &agent, json!(all)).await;
    ann.patch(&path(&slow), json!({"timeout_s": 1})).await.expect(200);
    let id = |server: &Value| server["id"].as_str().unwrap().parse().unwrap();
    let failure = FakeToolFailure::from(ToolServerErrorKind::Unavailable);
    stead.tools().listing_goes_at(id(&down), FakeToolReply::fails(failure));
    stead.tools().listing_goes_at(id(&slow), FakeToolReply::hangs());
    let begun = std::time::Instant::now();
    assert_eq!(offered(&stead, &ann, &agent).await, ["up__echo"]);
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let asked = stead.tools().listings();
    // Both are left alone for a while.
    let begun = std::time::Instant::now();
    assert_eq!(offered(&stead, &ann, &agent).await, ["up__echo"]);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(stead.tools().listings(), asked);
}

async fn a_server_is_asked_once_a_minute(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let server = ann.tool_server("one").await;
    grant(&ann, &agent, json!([{"mcp_server_id": server["id"]}])).await;
    for _ in 0..3 {
        assert_eq!(offered(&stead, &ann, &agent).await, ["one__echo"]);
    }
    assert_eq!(stead.tools().listings(), 1);
    // A change makes it another server.
    ann.patch(&path(&server), json!({"name": "renamed"})).await.expect(200);
    assert_eq!(offered(&stead, &ann, &agent).await, ["renamed__echo"]);
    assert_eq!(stead.tools().listings(), 2);
}

async fn at_most_128_tools_are_offered(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let (one, two) = (ann.tool_server("one").await, ann.tool_server("two").await);
    grant(&ann, &agent, json!([{"mcp_server_id": one["id"]}, {"mcp_server_id": two["id"]}])).await;
    let id = one["id"].as_str().unwrap().parse().unwrap();
    stead.tools().offer_at(id, (0..1_000).map(|n| tool(&format!("t{n}"))));
    stead.tools().offer([tool("a"), tool("b")]);
    let names = offered(&stead, &ann, &agent).await;
    assert_eq!((names.len(), names[0].as_str(), names[125].as_str()), (128, "one__t0", "one__t125"));
    assert_eq!(names[126..], ["two__a", "two__b"]);
}
