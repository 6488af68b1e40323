//! What [`LlmProvider`] promises.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{StreamExt, future::join_all};
use serde_json::json;
use stead_domain::{
    Json,
    agent::Temperature,
    ports::llm::{
        FinishReason, LlmError, LlmErrorKind, LlmEvent, LlmMessage, LlmProvider, LlmProviderExt, LlmRequest, LlmTool,
        LlmToolCall, Purpose,
    },
};

/// A model under test, and who can tell it how to answer.
#[async_trait]
pub trait LlmHarness: Send + Sync {
    /// The model.
    fn llm(&self) -> Arc<dyn LlmProvider>;

    /// Makes the next answer go like this. False where this model cannot be told to: what needs it is not tested.
    fn arrange(&self, scene: &Scene) -> bool;

    /// How often the model was really asked, where that can be seen.
    fn times_asked(&self) -> Option<usize>;

    /// Waits until the model has noticed that its caller left; only called after an arranged scene.
    async fn caller_left(&self);
}

/// How an answer goes.
#[derive(Debug, Clone)]
pub enum Scene {
    /// This text, in pieces.
    Text(Vec<String>),
    /// These tool calls.
    ToolCalls(Vec<LlmToolCall>),
    /// No answer at all, every time it is asked.
    Refuses(LlmErrorKind),
    /// This text, and then the connection breaks.
    BreaksOffAfter(Vec<String>),
    /// This text, and then silence until the time-out.
    TimesOutAfter(Vec<String>),
    /// This text, and then silence for as long as anyone waits.
    HangsAfter(Vec<String>),
}

/// A model that cannot be told how to answer.
pub struct Unscripted(pub Arc<dyn LlmProvider>);

#[async_trait]
impl LlmHarness for Unscripted {
    fn llm(&self) -> Arc<dyn LlmProvider> {
        Arc::clone(&self.0)
    }

    fn arrange(&self, _scene: &Scene) -> bool {
        false
    }

    fn times_asked(&self) -> Option<usize> {
        None
    }

    async fn caller_left(&self) {}
}

/// Makes a test of each promise of [`LlmProvider`]; `make` is the path of an `async fn() -> impl LlmHarness`.
#[macro_export]
macro_rules! llm_contract_tests {
    ($make:path) => {
        $crate::llm_contract_tests! { @each $make;
            an_answer_ends_with_one_finish
            the_pieces_joined_are_the_answer
            tool_calls_are_given_once_and_as_written
            a_refusal_is_told_before_the_stream
            a_broken_answer_ends_with_one_error
            silence_ends_in_a_time_out
            asking_again_asks_again
            nothing_is_asked_again_after_the_first_token
            a_caller_that_leaves_stops_the_request
            a_conversation_with_tools_is_taken
            many_may_ask_at_once
            a_title_is_one_line
            the_model_has_a_name
        }
    };
    (@each $make:path; $($name:ident)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let harness = $make().await;
                $crate::contracts::llm::$name(&harness).await;
            }
        )*
    };
}

/// A request with one question.
pub fn question(text: &str) -> LlmRequest {
    LlmRequest {
        model: None,
        purpose: Purpose::Answer,
        messages: vec![LlmMessage::System("Be brief.".into()), LlmMessage::User(text.into())],
        tools: vec![],
        temperature: Temperature::parse(0.5).ok(),
        max_answer_tokens: 200,
    }
}

/// Everything a stream gives.
async fn all(llm: &dyn LlmProvider, request: LlmRequest) -> Vec<Result<LlmEvent, LlmError>> {
    llm.stream(request).await.expect("an answer that begins").collect().await
}

fn text_of(events: &[Result<LlmEvent, LlmError>]) -> String {
    let texts = events.iter().filter_map(|event| match event {
        Ok(LlmEvent::Text(text)) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn pieces(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

/// Exactly one finish, the last; no piece is empty.
pub async fn an_answer_ends_with_one_finish(harness: &impl LlmHarness) {
    let events = all(&*harness.llm(), question("What is a hexagon?")).await;
    let finishes = events.iter().filter(|event| matches!(event, Ok(LlmEvent::Finished(_)))).count();
    assert_eq!(finishes, 1, "{events:?}");
    assert!(matches!(events.last(), Some(Ok(LlmEvent::Finished(_)))), "{events:?}");
    assert!(!events.iter().any(|event| matches!(event, Ok(LlmEvent::Text(text)) if text.is_empty())), "{events:?}");
    assert!(!text_of(&events).is_empty());
}

/// Whatever the language.
pub async fn the_pieces_joined_are_the_answer(harness: &impl LlmHarness) {
    let text = "Grüße 👩‍👩‍👧 नमस्ते\n\n**fin** \u{1F3F3}\u{FE0F}\u{200D}\u{1F308} \"quoted\" \\ end";
    if !harness.arrange(&Scene::Text(pieces(text))) {
        return;
    }
    let events = all(&*harness.llm(), question("Say it")).await;
    assert_eq!(text_of(&events), text);
    let Some(Ok(LlmEvent::Finished(finished))) = events.last() else { panic!("{events:?}") };
    assert_eq!(finished.reason, FinishReason::Stop);
    assert!(finished.usage.is_some_and(|usage| usage.output_tokens > 0), "{finished:?}");
}

/// Begun, in pieces, and whole: the same, in this order, whether JSON or not.
pub async fn tool_calls_are_given_once_and_as_written(harness: &impl LlmHarness) {
    let call = |id: &str, name: &str, arguments: &str| LlmToolCall {
        id: id.into(),
        name: name.into(),
        arguments: arguments.into(),
    };
    let calls =
        vec![call("a", "weather", r#"{"city": "Zürich"}"#), call("b", "clock", ""), call("c", "weather", "not { json")];
    if !harness.arrange(&Scene::ToolCalls(calls.clone())) {
        return;
    }
    let events = all(&*harness.llm(), question("What is the weather?")).await;
    let mut begun = Vec::new();
    let mut whole = Vec::new();
    for event in &events {
        match event.as_ref().expect("no error") {
            LlmEvent::ToolCallStarted { index, id, name } => {
                assert_eq!(*index as usize, begun.len());
                begun.push(call(id, name, ""));
            }
            LlmEvent::ToolCallDelta { index, arguments } => {
                assert!(whole.is_empty() || whole.len() <= *index as usize, "a delta after its whole call");
                begun[*index as usize].arguments.push_str(arguments);
            }
            LlmEvent::ToolCall(call) => whole.push(call.clone()),
            LlmEvent::Finished(finished) => assert_eq!(finished.reason, FinishReason::ToolCalls),
            LlmEvent::Text(_) | LlmEvent::Reasoning(_) => {}
        }
    }
    assert_eq!(begun, calls);
    assert_eq!(whole, calls);
}

/// Of every kind, and no token was made visible.
pub async fn a_refusal_is_told_before_the_stream(harness: &impl LlmHarness) {
    for kind in [LlmErrorKind::Rejected, LlmErrorKind::Unauthorized, LlmErrorKind::Protocol, LlmErrorKind::Unavailable]
    {
        if !harness.arrange(&Scene::Refuses(kind)) {
            return;
        }
        let error = harness.llm().stream(question("Hello?")).await.err().expect("a refusal");
        assert_eq!(error.kind, kind, "{error}");
        assert_eq!(error.is_retryable(), kind == LlmErrorKind::Unavailable);
    }
}

/// What came before is kept; the error is the last item.
pub async fn a_broken_answer_ends_with_one_error(harness: &impl LlmHarness) {
    if !harness.arrange(&Scene::BreaksOffAfter(pieces("half an "))) {
        return;
    }
    let events = all(&*harness.llm(), question("Tell me")).await;
    assert_eq!(text_of(&events), "half an ");
    assert_eq!(events.iter().filter(|event| event.is_err()).count(), 1);
    let last = events.last().expect("an item").as_ref().expect_err("an error");
    assert_eq!(last.kind, LlmErrorKind::Protocol);
}

/// It always ends.
pub async fn silence_ends_in_a_time_out(harness: &impl LlmHarness) {
    if !harness.arrange(&Scene::TimesOutAfter(pieces("half an "))) {
        return;
    }
    let events = all(&*harness.llm(), question("Tell me")).await;
    assert_eq!(text_of(&events), "half an ");
    let last = events.last().expect("an item").as_ref().expect_err("an error");
    assert_eq!(last.kind, LlmErrorKind::Timeout);
    assert!(last.is_retryable());
}

/// Nothing is remembered between calls.
pub async fn asking_again_asks_again(harness: &impl LlmHarness) {
    for _ in 0..2 {
        let llm = harness.llm();
        let completion = llm.complete(question("Same question?"), 100_000).await.expect("an answer");
        assert!(!completion.content.is_empty());
    }
    assert!(harness.times_asked().is_none_or(|times| times == 2));
}

/// The text is never doubled.
pub async fn nothing_is_asked_again_after_the_first_token(harness: &impl LlmHarness) {
    if !harness.arrange(&Scene::BreaksOffAfter(pieces("once "))) {
        return;
    }
    let events = all(&*harness.llm(), question("Tell me")).await;
    assert_eq!(text_of(&events), "once ");
    assert!(harness.times_asked().is_none_or(|times| times == 1));
}

/// In the middle of an answer.
pub async fn a_caller_that_leaves_stops_the_request(harness: &impl LlmHarness) {
    if !harness.arrange(&Scene::HangsAfter(pieces("half an "))) {
        return;
    }
    let mut stream = harness.llm().stream(question("Tell me")).await.expect("an answer that begins");
    assert_eq!(stream.next().await.expect("an item").expect("no error"), LlmEvent::Text("half ".into()));
    drop(stream);
    harness.caller_left().await;
}

/// Tools on offer, calls that were answered, and an empty result.
pub async fn a_conversation_with_tools_is_taken(harness: &impl LlmHarness) {
    let call = |id: &str| LlmToolCall { id: id.into(), name: "clock".into(), arguments: "{}".into() };
    let mut request = question("And in Tokyo?");
    request.messages.splice(
        1..1,
        [
            LlmMessage::User("What time is it in Zürich?".into()),
            LlmMessage::Assistant { content: String::new(), tool_calls: vec![call("a"), call("b")] },
            LlmMessage::Tool { call_id: "a".into(), content: "It is noon.".into() },
            LlmMessage::Tool { call_id: "b".into(), content: String::new() },
            LlmMessage::Assistant { content: "It is noon in Zürich.".into(), tool_calls: vec![] },
        ],
    );
    request.tools = vec![LlmTool {
        name: "clock".into(),
        description: "Tells the time.".into(),
        input_schema: Json::trusted(json!({"type": "object", "properties": {}})),
    }];
    let completion = harness.llm().complete(request, 100_000).await.expect("an answer");
    assert!(!completion.content.is_empty());
}

/// Their answers do not get in each other's way.
pub async fn many_may_ask_at_once(harness: &impl LlmHarness) {
    let llm = harness.llm();
    let answers = join_all((0..16).map(|n| {
        let llm = Arc::clone(&llm);
        async move { llm.complete(question(&format!("What is so special about number{n}?")), 100_000).await }
    }));
    for (n, answer) in answers.await.into_iter().enumerate() {
        let content = answer.expect("an answer").content;
        assert!(content.contains(&format!("number{n}")), "{content}");
    }
}

/// Something short that can stand in a list.
pub async fn a_title_is_one_line(harness: &impl LlmHarness) {
    let request = LlmRequest { purpose: Purpose::Title, ..question("How do I plant a pear tree in clay soil?") };
    let title = harness.llm().complete(request, 10_000).await.expect("a title").content;
    assert!(!title.trim().is_empty() && title.chars().count() <= 200, "{title}");
    assert!(!title.contains('\n'), "{title}");
}

/// The configured one, and the one that answered.
pub async fn the_model_has_a_name(harness: &impl LlmHarness) {
    let llm = harness.llm();
    assert!(!llm.default_model().is_empty());
    let completion = llm.complete(question("Who are you?"), 100_000).await.expect("an answer");
    assert!(!completion.finished.model.is_empty());
}
