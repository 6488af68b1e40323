use bytes::Bytes;
use futures_util::stream;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::sse::Frames;

fn assembly() -> Assembly {
    Assembly::new("asked".into(), 1_000_000, Some("sk-secret-key".into()))
}

/// Feeds data lines; the end of the bytes follows unless the end mark came.
fn assemble(lines: &[String]) -> Result<Vec<LlmEvent>, LlmError> {
    let (mut assembly, mut out) = (assembly(), VecDeque::new());
    for line in lines {
        if assembly.push(Frame { is_error: false, data: line.clone() }, &mut out)? == Progress::Over {
            return Ok(out.into());
        }
    }
    assembly.end_without_mark(&mut out)?;
    Ok(out.into())
}

fn chunk(delta: Value, finish: Option<&str>) -> String {
    json!({"id": "1", "model": "m-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}).to_string()
}

fn text(text: &str) -> String {
    chunk(json!({"content": text}), None)
}

fn stop() -> String {
    chunk(json!({}), Some("stop"))
}

fn done() -> String {
    "[DONE]".into()
}

fn piece(piece: Value) -> String {
    chunk(json!({"tool_calls": [piece]}), None)
}

fn finished(reason: FinishReason, usage: Option<Usage>) -> LlmEvent {
    LlmEvent::Finished(Finished { reason, usage, model: "m-1".into() })
}

fn is_protocol(lines: &[String]) -> bool {
    assemble(lines).is_err_and(|error| error.kind == LlmErrorKind::Protocol)
}

#[test]
fn text_and_thinking_come_as_they_are() {
    let lines = [
        chunk(json!({"role": "assistant", "content": ""}), None),
        chunk(json!({"reasoning_content": "hm", "reasoning": "hm"}), None),
        chunk(json!({"reasoning": "ok", "content": null}), None),
        text("hel"),
        text("lo"),
        stop(),
        done(),
    ];
    let expected = [
        LlmEvent::Reasoning("hm".into()),
        LlmEvent::Reasoning("ok".into()),
        LlmEvent::Text("hel".into()),
        LlmEvent::Text("lo".into()),
        finished(FinishReason::Stop, None),
    ];
    assert_eq!(assemble(&lines).unwrap(), expected);
}

#[test]
fn usage_may_come_late_with_the_end_or_never() {
    let usage = json!({"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 3}});
    let expected = Usage { input_tokens: 7, output_tokens: 2, cached_tokens: Some(3), cost_micros: 0 };
    let late = json!({"choices": [], "usage": usage}).to_string();
    let with_end =
        json!({"model": "m-1", "choices": [{"delta": {}, "finish_reason": "stop"}], "usage": usage}).to_string();
    for (lines, usage) in [
        (vec![text("a"), stop(), late, done()], Some(expected)),
        (vec![text("a"), with_end, done()], Some(expected)),
        (vec![text("a"), stop(), done()], None),
        (vec![text("a"), json!({"choices": null, "usage": null}).to_string(), stop()], None),
    ] {
        assert_eq!(assemble(&lines).unwrap().last(), Some(&finished(FinishReason::Stop, usage)));
    }
}

#[test]
fn dialects_of_the_reason_are_understood() {
    for (said, reason) in [
        ("stop", FinishReason::Stop),
        ("eos", FinishReason::Stop),
        ("length", FinishReason::Length),
        ("content_filter", FinishReason::ContentFilter),
        // A promise of tool calls without any.
        ("tool_calls", FinishReason::Stop),
    ] {
        let events = assemble(&[text("a"), chunk(json!({}), Some(said))]).unwrap();
        assert_eq!(events.last(), Some(&finished(reason, None)), "{said}");
    }
}

#[test]
fn the_end_mark_or_a_reason_is_needed() {
    assert!(assemble(&[text("a"), stop()]).is_ok());
    assert!(assemble(&[text("a"), done()]).is_ok());
    assert!(is_protocol(&[text("a")]));
    assert!(is_protocol(&[]));
    assert!(is_protocol(&[done()]));
    assert!(is_protocol(&[json!({"choices": []}).to_string(), done()]));
}

#[test]
fn tool_calls_are_put_together_by_their_number() {
    let start = |index, id, name| piece(json!({"index": index, "id": id, "function": {"name": name, "arguments": ""}}));
    let more = |index: u32, text| piece(json!({"index": index, "id": null, "function": {"arguments": text}}));
    // Numbers need not begin at 0, and pieces may alternate; some endpoints repeat id and name.
    let lines = [
        start(3, "a", "clock"),
        start(5, "b", "map"),
        more(3, "{\"x\""),
        more(5, "not json"),
        piece(json!({"index": 3, "id": "a", "function": {"name": "clock", "arguments": ":1}"}})),
        chunk(json!({}), Some("stop")),
        done(),
    ];
    let events = assemble(&lines).unwrap();
    let call = |id: &str, name: &str, arguments: &str| {
        LlmEvent::ToolCall(stead_domain::ports::llm::LlmToolCall {
            id: id.into(),
            name: name.into(),
            arguments: arguments.into(),
        })
    };
    let expected = [
        LlmEvent::ToolCallStarted { index: 0, id: "a".into(), name: "clock".into() },
        LlmEvent::ToolCallStarted { index: 1, id: "b".into(), name: "map".into() },
        LlmEvent::ToolCallDelta { index: 0, arguments: "{\"x\"".into() },
        LlmEvent::ToolCallDelta { index: 1, arguments: "not json".into() },
        LlmEvent::ToolCallDelta { index: 0, arguments: ":1}".into() },
        call("a", "clock", "{\"x\":1}"),
        call("b", "map", "not json"),
        finished(FinishReason::ToolCalls, None),
    ];
    assert_eq!(events, expected);
}

#[test]
fn tool_calls_without_numbers_are_told_apart_by_id() {
    let lines = [
        piece(json!({"id": "a", "function": {"name": "clock", "arguments": "{"}})),
        piece(json!({"function": {"arguments": "}"}})),
        piece(json!({"id": "b", "function": {"name": "clock", "arguments": "{}"}})),
        chunk(json!({}), Some("tool_calls")),
    ];
    let events = assemble(&lines).unwrap();
    let whole: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            LlmEvent::ToolCall(call) => Some((call.id.as_str(), call.arguments.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(whole, [("a", "{}"), ("b", "{}")]);
}

#[test]
fn tool_calls_that_were_cut_are_not_given() {
    let start = piece(json!({"index": 0, "id": "a", "function": {"name": "clock", "arguments": "{\"ci"}}));
    let events = assemble(&[start, chunk(json!({}), Some("length"))]).unwrap();
    assert!(!events.iter().any(|event| matches!(event, LlmEvent::ToolCall(_))), "{events:?}");
    assert_eq!(events.last(), Some(&finished(FinishReason::Length, None)));
}

#[test]
fn tool_calls_that_make_no_sense_are_an_error() {
    let start = |index: u32, id: &str| piece(json!({"index": index, "id": id, "function": {"name": "clock"}}));
    assert!(is_protocol(&[piece(json!({"index": 0, "function": {"arguments": "{}"}})), stop()]), "unknown");
    assert!(is_protocol(&[start(0, ""), stop()]), "without id");
    assert!(is_protocol(&[piece(json!({"index": 0, "id": "a"})), stop()]), "without name");
    assert!(is_protocol(&[start(0, "a"), start(1, "a"), stop()]), "duplicate");
    assert!(is_protocol(&[start(0, "a"), start(0, "b"), stop()]), "changed id");
    let many: Vec<String> = (0..129).map(|n| start(n, &format!("id-{n}"))).chain([stop()]).collect();
    assert!(is_protocol(&many), "too many");
    let long = piece(json!({"index": 0, "function": {"arguments": "x".repeat(700_000)}}));
    let mut assembly = Assembly::new(String::new(), usize::MAX, None);
    let mut out = VecDeque::new();
    let pushed = [start(0, "a"), long.clone(), long]
        .map(|data| assembly.push(Frame { is_error: false, data }, &mut out).map_err(|error| error.kind));
    assert_eq!(pushed, [Ok(Progress::More), Ok(Progress::More), Err(LlmErrorKind::Protocol)], "arguments too long");
}

#[test]
fn an_answer_is_bounded() {
    let long = text(&"x".repeat(400_000));
    assert!(is_protocol(&[long.clone(), long.clone(), long]));
}

#[test]
fn other_choices_are_not_mixed_in() {
    let other = json!({"choices": [{"index": 1, "delta": {"content": "other"}, "finish_reason": "length"}]});
    let events = assemble(&[text("a"), other.to_string(), stop()]).unwrap();
    assert_eq!(events, [LlmEvent::Text("a".into()), finished(FinishReason::Stop, None)]);
}

#[test]
fn garbage_is_an_error_that_quotes_nothing() {
    for line in [
        "<html>",
        "{",
        "42",
        "null",
        r#"{"choices": "the secret text"}"#,
        r#"{"choices": [{"delta": {"content": {"the secret text": 1}}}]}"#,
        r#"{"usage": {"prompt_tokens": "the secret text"}}"#,
    ] {
        let error = assemble(&[line.to_owned()]).unwrap_err();
        assert_eq!(error.kind, LlmErrorKind::Protocol, "{line}");
        assert!(!format!("{error} {error:?}").contains("secret text"), "{error:?}");
    }
}

#[test]
fn an_error_inside_the_stream_is_an_error() {
    let error = json!({"error": {"message": "the secret text", "code": "server_error"}}).to_string();
    let told = assemble(&[text("a"), error]).unwrap_err();
    assert_eq!(told.kind, LlmErrorKind::Unavailable);
    assert!(!format!("{told:?}").contains("secret text"));

    let (mut assembly, mut out) = (assembly(), VecDeque::new());
    let marked = Frame { is_error: true, data: r#"{"code": 429, "message": "x"}"#.into() };
    assert_eq!(assembly.push(marked, &mut out).unwrap_err().kind, LlmErrorKind::Unavailable);
}

/// From bytes in these chunks to the outcome.
fn read(chunks: Vec<Bytes>) -> (Vec<LlmEvent>, Option<LlmErrorKind>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut frames = Frames::new(stream::iter(chunks.into_iter().map(Ok)));
        let (mut assembly, mut out) = (assembly(), VecDeque::new());
        let end = loop {
            match frames.next().await {
                Ok(Some(frame)) => match assembly.push(frame, &mut out) {
                    Ok(Progress::More) => {}
                    Ok(Progress::Over) => break None,
                    Err(error) => break Some(error.kind),
                },
                Ok(None) => break assembly.end_without_mark(&mut out).err().map(|error| error.kind),
                Err(error) => break Some(error.kind),
            }
        };
        (out.into(), end)
    })
}

/// A stream of any content: texts, thinking, tool calls, comments, garbage, any line ending, complete or not.
fn wire_bytes() -> impl Strategy<Value = Vec<u8>> {
    let tool = (0..3u32, "[ab]", "\\PC{0,6}")
        .prop_map(|(n, id, text)| piece(json!({"index": n, "id": id, "function": {"name": "f", "arguments": text}})));
    let line = prop_oneof![
        6 => "\\PC{0,12}".prop_map(|content| text(&content)),
        2 => any::<String>().prop_map(|thought| chunk(json!({"reasoning": thought}), None)),
        2 => tool,
        1 => Just(json!({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}).to_string()),
        1 => Just("{oops".to_owned()),
    ];
    let ending = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    let frame = (line, ending, any::<bool>()).prop_map(|(line, end, comment)| {
        let comment = if comment { format!(": ü{end}") } else { String::new() };
        format!("{comment}data: {line}{end}{end}")
    });
    let tail = prop_oneof![
        4 => Just(format!("data: {}\n\ndata: [DONE]\n\n", stop())),
        1 => Just(format!("data: {}\n\n", stop())),
        1 => Just("data: {\"cho".to_owned()),
        1 => Just(String::new()),
    ];
    (proptest::collection::vec(frame, 0..8), tail).prop_map(|(frames, tail)| (frames.concat() + &tail).into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_do_not_matter(bytes in wire_bytes(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let bytes = Bytes::from(bytes);
        let whole = read(vec![bytes.clone()]);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let chunks = places.windows(2).map(|pair| bytes.slice(pair[0]..pair[1])).collect();
        prop_assert_eq!(read(chunks), whole.clone());
        let single = (0..bytes.len()).map(|at| bytes.slice(at..=at)).collect();
        prop_assert_eq!(read(single), whole);
    }

    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (events, _) = read(vec![Bytes::from([b"data: ".as_slice(), &bytes, b"\n\n"].concat())]);
        prop_assert!(events.is_empty());
    }

    #[test]
    fn every_split_in_two_gives_the_same(content in "\\PC{1,8}") {
        let bytes = Bytes::from(format!("data: {}\r\n\r\ndata: {}\n\ndata: [DONE]\n\n", text(&content), stop()));
        let expected = (vec![LlmEvent::Text(content), finished(FinishReason::Stop, None)], None);
        for at in 0..=bytes.len() {
            prop_assert_eq!(&read(vec![bytes.slice(..at), bytes.slice(at..)]), &expected);
        }
    }
}
