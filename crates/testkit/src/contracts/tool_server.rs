//! What [`ToolServer`] promises.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::future::join_all;
use serde_json::json;
use stead_domain::{
    Json, McpServerId,
    ports::tool_server::{
        MAX_TOOLS, ToolDefinition, ToolEndpoint, ToolInvocation, ToolOutput, ToolServer, ToolServerAddress,
        ToolServerError, ToolServerErrorKind,
    },
};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use crate::fakes::{tool, tool_taking};

/// A way to servers of tools under test, and one server, with a tool `echo` that answers with the text in its arguments.
#[async_trait]
pub trait ToolServerHarness: Send + Sync {
    /// The port.
    fn tools(&self) -> Arc<dyn ToolServer>;

    /// How the server is reached.
    fn endpoint(&self) -> ToolEndpoint;

    /// Makes what comes next go like this. False where that cannot be: what needs it is not tested.
    async fn arrange(&self, scene: Scene) -> bool;

    /// What arrived at the server: tools' names and arguments, in order.
    async fn calls(&self) -> Vec<(String, Json)>;

    /// Waits until so many calls have arrived.
    async fn called(&self, count: usize);

    /// Waits until the server has been told that so many calls are cancelled.
    async fn cancelled(&self, count: usize);
}

/// How something goes.
#[derive(Debug, Clone)]
pub enum Scene {
    /// From now on these are the tools.
    Tools(Vec<ToolDefinition>),
    /// The next call is answered like this.
    Answers(ToolOutput),
    /// The next call is never answered.
    Hangs,
    /// The next call arrives, and then the server breaks off.
    Breaks,
    /// The server refuses the next call as wrong, and says this.
    Refuses(String),
    /// The server is started afresh, now.
    Restarts,
    /// The server is gone until it restarts.
    Gone,
}

/// Makes a test of each promise of [`ToolServer`]; `make` is the path of an `async fn() -> impl ToolServerHarness`.
#[macro_export]
macro_rules! tool_server_contract_tests {
    ($make:path) => {
        $crate::tool_server_contract_tests! { @each $make;
            tools_are_listed_as_they_are
            changed_tools_are_seen_at_once
            many_tools_are_listed_whole
            too_many_tools_are_too_large
            a_call_is_answered_once
            arguments_and_answers_arrive_as_they_are
            a_tool_that_fails_is_an_answer
            a_refused_call_says_why
            an_unknown_tool_is_rejected
            silence_ends_in_a_time_out
            a_call_that_breaks_off_is_lost_and_not_repeated
            a_caller_that_leaves_cancels
            a_server_is_found_again
            a_server_that_is_gone_is_unavailable
            many_may_call_at_once
            one_hanging_call_holds_up_no_other
            what_may_be_used_is_allowed
        }
    };
    (@each $make:path; $($name:ident)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let harness = $make().await;
                $crate::contracts::tool_server::$name(&harness).await;
            }
        )*
    };
}

/// Time enough for a busy machine.
const PATIENT: Duration = Duration::from_secs(20);

/// The server's address, and how long a call may take.
pub fn address_within(harness: &impl ToolServerHarness, timeout: Duration) -> ToolServerAddress {
    ToolServerAddress { id: McpServerId::new(Uuid::from_u128(7)), version: 1, endpoint: harness.endpoint(), timeout }
}

fn address(harness: &impl ToolServerHarness) -> ToolServerAddress {
    address_within(harness, PATIENT)
}

/// A call.
pub fn call_of(tool_name: &str, arguments: serde_json::Value) -> ToolInvocation {
    ToolInvocation { tool_name: tool_name.to_owned(), arguments: Json::trusted(arguments) }
}

fn echo(text: &str) -> ToolInvocation {
    call_of("echo", json!({"text": text}))
}

async fn call(harness: &impl ToolServerHarness, call: ToolInvocation) -> Result<ToolOutput, ToolServerError> {
    harness.tools().call(&address(harness), call).await
}

fn output(result: serde_json::Value, is_error: bool) -> ToolOutput {
    ToolOutput { result: Json::trusted(result), is_error }
}

/// Names, descriptions, schemas, and their order.
pub async fn tools_are_listed_as_they_are(harness: &impl ToolServerHarness) {
    let mut named = tool("zürich-tram_2.next");
    named.description = "Grüße \u{1F689} \"quoted\" \\ and\nlines".to_owned();
    let schema =
        json!({"type": "object", "properties": {"a": {"type": "string", "enum": ["x", "ü"]}}, "required": ["a"]});
    let tools = vec![named, tool_taking("a", schema)];
    if !harness.arrange(Scene::Tools(tools.clone())).await {
        return;
    }
    assert_eq!(harness.tools().list_tools(&address(harness)).await.expect("a list"), tools);
}

/// Nothing is remembered.
pub async fn changed_tools_are_seen_at_once(harness: &impl ToolServerHarness) {
    for tools in [vec![tool("one")], vec![tool("two"), tool("one")], vec![]] {
        if !harness.arrange(Scene::Tools(tools.clone())).await {
            return;
        }
        assert_eq!(harness.tools().list_tools(&address(harness)).await.expect("a list"), tools);
    }
}

/// In however many pages the server gives them.
pub async fn many_tools_are_listed_whole(harness: &impl ToolServerHarness) {
    let tools: Vec<_> = (0..MAX_TOOLS).map(|n| tool(&format!("tool-{n}"))).collect();
    if harness.arrange(Scene::Tools(tools.clone())).await {
        assert_eq!(harness.tools().list_tools(&address(harness)).await.expect("a list"), tools);
    }
}

/// One more than may be.
pub async fn too_many_tools_are_too_large(harness: &impl ToolServerHarness) {
    let tools = (0..=MAX_TOOLS).map(|n| tool(&format!("tool-{n}"))).collect();
    if harness.arrange(Scene::Tools(tools)).await {
        let error = harness.tools().list_tools(&address(harness)).await.expect_err("too many");
        assert_eq!(error.kind, ToolServerErrorKind::TooLarge, "{error}");
    }
}

/// It arrives once, and so does its answer.
pub async fn a_call_is_answered_once(harness: &impl ToolServerHarness) {
    let answer = call(harness, echo("hello")).await.expect("an answer");
    assert!(!answer.is_error);
    assert!(answer.result.value()["content"].to_string().contains("hello"), "{answer:?}");
    assert_eq!(harness.calls().await, [("echo".to_owned(), Json::trusted(json!({"text": "hello"})))]);
}

/// Whatever is in them: all kinds of JSON, all kinds of content.
pub async fn arguments_and_answers_arrive_as_they_are(harness: &impl ToolServerHarness) {
    let arguments = json!({"text": "Grüße 👩‍👩‍👧 \u{2028}\n\"\\", "n": [1, -2.5, 9_007_199_254_740_993_i64], "o": {"": null}, "b": true});
    let result = json!({
        "content": [
            {"type": "text", "text": "eins\n\nzwei \u{1F3F3}\u{FE0F}"},
            {"type": "text", "text": ""},
            {"type": "image", "data": "aGk=", "mimeType": "image/png"},
            {"type": "resource", "resource": {"uri": "file:///a", "mimeType": "text/plain", "text": "a"}},
        ],
        "structured": {"rows": [[1, "a"], [2, null]]},
    });
    if !harness.arrange(Scene::Answers(output(result.clone(), false))).await {
        return;
    }
    let answer = call(harness, call_of("echo", arguments.clone())).await.expect("an answer");
    assert_eq!(answer, output(result, false));
    assert_eq!(harness.calls().await, [("echo".to_owned(), Json::trusted(arguments))]);
}

/// It is for the model.
pub async fn a_tool_that_fails_is_an_answer(harness: &impl ToolServerHarness) {
    let failed = output(json!({"content": [{"type": "text", "text": "no such city"}]}), true);
    if harness.arrange(Scene::Answers(failed.clone())).await {
        assert_eq!(call(harness, echo("x")).await.expect("an answer"), failed);
    }
}

/// So that the model can do better.
pub async fn a_refused_call_says_why(harness: &impl ToolServerHarness) {
    if !harness.arrange(Scene::Refuses("`text` must be a number".to_owned())).await {
        return;
    }
    let error = call(harness, echo("private")).await.expect_err("a refusal");
    assert_eq!(error.kind, ToolServerErrorKind::Rejected, "{error}");
    assert!(error.said.as_ref().is_some_and(|said| said.contains("`text` must be a number")), "{:?}", error.said);
    assert!(!error.to_string().contains("must be a number") && !error.to_string().contains("private"), "{error}");
    assert!(!error.is_retryable() && !error.may_have_had_effect());
}

/// Nothing is called in its place.
pub async fn an_unknown_tool_is_rejected(harness: &impl ToolServerHarness) {
    let error = call(harness, call_of("nowhere", json!({}))).await.expect_err("a refusal");
    assert_eq!(error.kind, ToolServerErrorKind::Rejected, "{error}");
}

/// In the time that was given, and a second.
pub async fn silence_ends_in_a_time_out(harness: &impl ToolServerHarness) {
    // The connection is made before, so that the time is the call's.
    call(harness, echo("x")).await.expect("an answer");
    if !harness.arrange(Scene::Hangs).await {
        return;
    }
    let began = Instant::now();
    let impatient = address_within(harness, Duration::from_millis(300));
    let error = harness.tools().call(&impatient, echo("y")).await.expect_err("a time-out");
    assert_eq!(error.kind, ToolServerErrorKind::Timeout, "{error}");
    assert!(began.elapsed() < Duration::from_millis(1_300), "{:?}", began.elapsed());
    assert!(error.is_retryable() && error.may_have_had_effect());
    // What hangs does not hang for ever, nor anything after it.
    harness.cancelled(1).await;
    call(harness, echo("z")).await.expect("an answer");
}

/// Nobody knows what it has done.
pub async fn a_call_that_breaks_off_is_lost_and_not_repeated(harness: &impl ToolServerHarness) {
    call(harness, echo("before")).await.expect("an answer");
    let before = harness.calls().await.len();
    if !harness.arrange(Scene::Breaks).await {
        return;
    }
    let began = Instant::now();
    let error = call(harness, echo("once")).await.expect_err("it was lost");
    assert_eq!(error.kind, ToolServerErrorKind::Lost, "{error}");
    assert!(error.may_have_had_effect());
    assert!(began.elapsed() < PATIENT, "it is known at once");
    assert_eq!(harness.calls().await.len(), before + 1);
    harness.arrange(Scene::Restarts).await;
    call(harness, echo("after")).await.expect("an answer");
}

/// The tool may stop.
pub async fn a_caller_that_leaves_cancels(harness: &impl ToolServerHarness) {
    if !harness.arrange(Scene::Hangs).await {
        return;
    }
    {
        let (tools, address) = (harness.tools(), address(harness));
        let hanging = tools.call(&address, echo("x"));
        tokio::pin!(hanging);
        tokio::select! {
            ended = &mut hanging => panic!("it should hang: {ended:?}"),
            () = harness.called(1) => {}
        }
    }
    harness.cancelled(1).await;
    call(harness, echo("y")).await.expect("an answer");
}

/// Without anybody noticing.
pub async fn a_server_is_found_again(harness: &impl ToolServerHarness) {
    for _ in 0..2 {
        call(harness, echo("x")).await.expect("an answer");
        harness.tools().list_tools(&address(harness)).await.expect("a list");
        if !harness.arrange(Scene::Restarts).await {
            return;
        }
    }
    call(harness, echo("x")).await.expect("an answer");
}

/// Until it is back.
pub async fn a_server_that_is_gone_is_unavailable(harness: &impl ToolServerHarness) {
    if !harness.arrange(Scene::Gone).await {
        return;
    }
    for _ in 0..2 {
        let error = call(harness, echo("x")).await.expect_err("nobody is there");
        assert_eq!(error.kind, ToolServerErrorKind::Unavailable, "{error}");
        assert!(error.is_retryable() && !error.may_have_had_effect());
        let error = harness.tools().list_tools(&address(harness)).await.expect_err("nobody is there");
        assert_eq!(error.kind, ToolServerErrorKind::Unavailable, "{error}");
    }
    harness.arrange(Scene::Restarts).await;
    call(harness, echo("x")).await.expect("an answer");
}

/// Each gets its own answer.
pub async fn many_may_call_at_once(harness: &impl ToolServerHarness) {
    let calls = (0..32).map(|n| call(harness, echo(&format!("number{n}."))));
    for (n, answer) in join_all(calls).await.into_iter().enumerate() {
        let content = answer.expect("an answer").result.value()["content"].to_string();
        assert!(content.contains(&format!("number{n}.")), "{content}");
    }
    assert_eq!(harness.calls().await.len(), 32);
}

/// To the same server.
pub async fn one_hanging_call_holds_up_no_other(harness: &impl ToolServerHarness) {
    if !harness.arrange(Scene::Hangs).await {
        return;
    }
    let (tools, address) = (harness.tools(), address(harness));
    let hanging = tools.call(&address, echo("x"));
    tokio::pin!(hanging);
    let others = async {
        harness.called(1).await;
        for n in 0..40 {
            call(harness, echo(&n.to_string())).await.expect("an answer");
        }
    };
    tokio::select! {
        ended = &mut hanging => panic!("it should hang: {ended:?}"),
        others = timeout(PATIENT, others) => others.expect("others are answered meanwhile"),
    }
}

/// What works is not forbidden.
pub async fn what_may_be_used_is_allowed(harness: &impl ToolServerHarness) {
    harness.tools().check_endpoint(&harness.endpoint()).await.expect("it may be used");
}
