//! What OpenAI would refuse, refused here: a request that passes is one that a real endpoint takes.

use serde_json::{Map, Value};

/// Why a request is wrong.
type Wrong = String;

const KNOWN: [&str; 24] = [
    "model",
    "messages",
    "stream",
    "stream_options",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "n",
    "seed",
    "user",
    "presence_penalty",
    "frequency_penalty",
    "response_format",
    "reasoning_effort",
    "metadata",
    "logprobs",
    "logit_bias",
    "store",
    "service_tier",
];

/// Checks a whole request.
pub(super) fn check(body: &Value) -> Result<(), Wrong> {
    let body = object(body, "the body")?;
    only(body, &KNOWN, "the body")?;
    non_empty(body, "model", "the body")?;
    if body.get("stream") != Some(&Value::Bool(true)) {
        return Err("this server only streams: `stream` must be true".into());
    }
    if let Some(options) = body.get("stream_options") {
        let options = object(options, "stream_options")?;
        only(options, &["include_usage", "include_obfuscation"], "stream_options")?;
        if options.values().any(|value| !value.is_boolean()) {
            return Err("stream_options must be booleans".into());
        }
    }
    if let Some(temperature) = body.get("temperature") {
        let is_fine = temperature.as_f64().is_some_and(|value| (0.0..=2.0).contains(&value));
        is_fine.then_some(()).ok_or("temperature must be a number from 0 to 2")?;
    }
    check_limit(body)?;
    if let Some(tools) = body.get("tools") {
        for tool in full_array(tools, "tools")? {
            check_tool(tool)?;
        }
    }
    check_messages(full_array(body.get("messages").unwrap_or(&Value::Null), "messages")?)
}

fn check_limit(body: &Map<String, Value>) -> Result<(), Wrong> {
    let limits = [body.get("max_tokens"), body.get("max_completion_tokens")];
    if limits.iter().flatten().any(|limit| limit.as_u64().is_none_or(|limit| limit == 0)) {
        return Err("the most tokens must be a whole number above 0".into());
    }
    if limits.iter().flatten().count() > 1 {
        return Err("max_tokens and max_completion_tokens exclude each other".into());
    }
    Ok(())
}

fn check_tool(tool: &Value) -> Result<(), Wrong> {
    let tool = object(tool, "a tool")?;
    only(tool, &["type", "function"], "a tool")?;
    is_function(tool, "a tool")?;
    let function = object(tool.get("function").unwrap_or(&Value::Null), "a tool's function")?;
    only(function, &["name", "description", "parameters", "strict"], "a tool's function")?;
    check_name(function)?;
    if function.get("description").is_some_and(|text| !text.is_string()) {
        return Err("a tool's description must be a string".into());
    }
    function.get("parameters").map_or(Ok(()), |schema| object(schema, "a tool's parameters").map(|_| ()))
}

fn check_messages(messages: &[Value]) -> Result<(), Wrong> {
    // The ids of tool calls that still need their message.
    let mut unanswered: Vec<&str> = Vec::new();
    for message in messages {
        let message = object(message, "a message")?;
        let role = text(message, "role", "a message")?;
        if role == "tool" {
            only(message, &["role", "content", "tool_call_id"], "a tool message")?;
            text(message, "content", "a tool message")?;
            let id = text(message, "tool_call_id", "a tool message")?;
            let place = unanswered.iter().position(|open| *open == id);
            unanswered.remove(place.ok_or("a tool message answers no tool call before it")?);
            continue;
        }
        if !unanswered.is_empty() {
            return Err(
                "an assistant message with tool_calls must be followed by tool messages for each of them".into()
            );
        }
        match role {
            "user" if message.get("content").is_some_and(Value::is_array) => {
                only(message, &["role", "content", "name"], "a message")?;
                check_parts(full_array(&message["content"], "a message's content")?)?;
            }
            "system" | "developer" | "user" => {
                only(message, &["role", "content", "name"], "a message")?;
                non_empty(message, "content", "a message")?;
            }
            "assistant" => unanswered = check_assistant(message)?,
            _ => return Err("a message has an unknown role".into()),
        }
    }
    if unanswered.is_empty() { Ok(()) } else { Err("the last tool calls have no tool messages".into()) }
}

/// Checks the text and the pictures that a message is made of.
fn check_parts(parts: &[Value]) -> Result<(), Wrong> {
    for part in parts {
        let part = object(part, "a part")?;
        match text(part, "type", "a part")? {
            "text" => {
                only(part, &["type", "text"], "a part")?;
                non_empty(part, "text", "a part")?;
            }
            "image_url" => {
                only(part, &["type", "image_url"], "a part")?;
                let image = object(part.get("image_url").unwrap_or(&Value::Null), "an image_url")?;
                only(image, &["url", "detail"], "an image_url")?;
                let url = non_empty(image, "url", "an image_url")?;
                let kinds = ["png", "jpeg", "webp", "gif"];
                let is_data = kinds.iter().any(|kind| {
                    let data = url.strip_prefix(&format!("data:image/{kind};base64,"));
                    data.is_some_and(|data| !data.is_empty() && data.len() % 4 == 0)
                });
                if !is_data && !url.starts_with("https://") {
                    return Err("an image_url must be https or hold a picture".into());
                }
            }
            _ => return Err("a part has an unknown type".into()),
        }
    }
    Ok(())
}

/// Checks an assistant's message; gives the ids of its tool calls.
fn check_assistant(message: &Map<String, Value>) -> Result<Vec<&str>, Wrong> {
    only(message, &["role", "content", "name", "tool_calls", "refusal"], "an assistant message")?;
    let Some(calls) = message.get("tool_calls") else {
        non_empty(message, "content", "an assistant message without tool_calls")?;
        return Ok(Vec::new());
    };
    if message.get("content").is_some_and(|content| !content.is_null() && !content.is_string()) {
        return Err("an assistant's content must be a string or null".into());
    }
    let mut ids = Vec::new();
    for call in full_array(calls, "tool_calls")? {
        let call = object(call, "a tool call")?;
        only(call, &["id", "type", "function"], "a tool call")?;
        is_function(call, "a tool call")?;
        let function = object(call.get("function").unwrap_or(&Value::Null), "a tool call's function")?;
        only(function, &["name", "arguments"], "a tool call's function")?;
        check_name(function)?;
        text(function, "arguments", "a tool call's function")?;
        let id = non_empty(call, "id", "a tool call")?;
        if ids.contains(&id) {
            return Err("two tool calls have the same id".into());
        }
        ids.push(id);
    }
    Ok(ids)
}

fn check_name(function: &Map<String, Value>) -> Result<(), Wrong> {
    let name = text(function, "name", "a function")?;
    let is_fine = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_fine { Ok(()) } else { Err("a function's name must be 1 to 64 of a-z, A-Z, 0-9, _ and -".into()) }
}

fn is_function(of: &Map<String, Value>, what: &str) -> Result<(), Wrong> {
    if text(of, "type", what)? == "function" { Ok(()) } else { Err(format!("{what} must have the type `function`")) }
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, Wrong> {
    value.as_object().ok_or_else(|| format!("{what} must be an object"))
}

fn full_array<'a>(value: &'a Value, what: &str) -> Result<&'a [Value], Wrong> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if items.is_empty() { Err(format!("{what} must be a list with something in it")) } else { Ok(items) }
}

fn text<'a>(of: &'a Map<String, Value>, field: &str, what: &str) -> Result<&'a str, Wrong> {
    of.get(field).and_then(Value::as_str).ok_or_else(|| format!("{what} must have a string `{field}`"))
}

fn non_empty<'a>(of: &'a Map<String, Value>, field: &str, what: &str) -> Result<&'a str, Wrong> {
    let text = text(of, field, what)?;
    if text.is_empty() { Err(format!("{what} must have a `{field}` that is not empty")) } else { Ok(text) }
}

fn only(of: &Map<String, Value>, known: &[&str], what: &str) -> Result<(), Wrong> {
    match of.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(format!("{what} has the unknown field `{unknown}`")),
        None => Ok(()),
    }
}

#[cfg(test)]
#[path = "strict_tests.rs"]
mod tests;
