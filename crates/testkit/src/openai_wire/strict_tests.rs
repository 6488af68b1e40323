use serde_json::json;

use super::*;

fn with(field: &str, value: Value) -> Value {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": true});
    body[field] = value;
    body
}

fn messages(messages: Value) -> Value {
    with("messages", messages)
}

#[test]
fn what_openai_takes_passes() {
    let call = json!({"id": "a", "type": "function", "function": {"name": "clock", "arguments": "{}"}});
    let talk = json!([
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": null, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": ""},
        {"role": "assistant", "content": "noon"},
        {"role": "user", "content": "thanks"},
    ]);
    let tool = json!({"type": "function", "function": {"name": "clock", "description": "d", "parameters": {}}});
    let picture = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,aaaa"}});
    let shown = json!([{"type": "text", "text": "what?"}, picture]);
    for body in [
        messages(talk),
        messages(json!([{"role": "user", "content": shown}])),
        with("tools", json!([tool])),
        with("max_tokens", json!(5)),
        with("temperature", json!(0.5)),
        with("stream_options", json!({"include_usage": true})),
    ] {
        assert_eq!(check(&body), Ok(()), "{body}");
    }
}

#[test]
fn what_openai_refuses_is_refused() {
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "clock", "arguments": "{}"}});
    let tool = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": "noon"});
    let user = json!({"role": "user", "content": "hi"});
    let asks = |calls: Value| json!({"role": "assistant", "content": null, "tool_calls": calls});
    for body in [
        json!([]),
        json!({}),
        with("surprise", json!(1)),
        with("model", json!(7)),
        with("model", json!("")),
        with("stream", json!(false)),
        with("stream_options", json!({"include_usage": "yes"})),
        with("temperature", json!("warm")),
        with("temperature", json!(3)),
        with("max_tokens", json!(0)),
        with("max_tokens", json!("many")),
        with("tools", json!([])),
        with("tools", json!([{"type": "function", "function": {"name": "a b"}}])),
        with("tools", json!([{"type": "function", "function": {"name": "a", "parameters": "none"}}])),
        messages(json!([])),
        messages(json!("hi")),
        messages(json!([{"role": "user", "content": []}])),
        messages(json!([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x"}}]}])),
        messages(json!([{"role": "user", "content": [{"type": "sound"}]}])),
        messages(json!([{"role": "user", "content": ""}])),
        messages(json!([{"role": "user", "content": null}])),
        messages(json!([{"role": "wizard", "content": "hi"}])),
        messages(json!([{"role": "user", "content": "hi", "mood": "good"}])),
        messages(json!([{"role": "assistant", "content": null}])),
        messages(json!([{"role": "assistant", "content": ""}])),
        messages(json!([asks(json!([]))])),
        messages(json!([asks(json!([call("a")]))])),
        messages(json!([asks(json!([call("a")])), user])),
        messages(json!([asks(json!([call("a"), call("b")])), tool("a"), user])),
        messages(json!([asks(json!([call("a"), call("a")])), tool("a"), tool("a")])),
        messages(json!([asks(json!([call("a")])), tool("a"), tool("a")])),
        messages(json!([tool("a")])),
    ] {
        assert!(check(&body).is_err(), "{body}");
    }
}
