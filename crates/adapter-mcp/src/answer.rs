//! What a tool answered, as the port has it.

use rmcp::model::CallToolResult;
use serde_json::{Map, Value};
use stead_domain::{
    Json,
    ports::tool_server::{MAX_ANSWER_BYTES, ToolOutput, ToolServerError},
};

use crate::failure::Fault;

pub(crate) fn output(result: CallToolResult) -> Result<ToolOutput, ToolServerError> {
    let is_error = result.is_error.unwrap_or(false);
    let content = serde_json::to_value(result.content).map_err(|_invalid| unreadable())?;
    let mut answer = Map::new();
    answer.insert("content".to_owned(), content);
    if let Some(structured) = result.structured_content {
        answer.insert("structured".to_owned(), structured);
    }
    let mut answer = Value::Object(answer);
    replace_nul(&mut answer);
    let result = Json::parse(answer, MAX_ANSWER_BYTES).map_err(|_beyond| Fault::TooLarge.into_error())?;
    Ok(ToolOutput { result, is_error })
}

fn unreadable() -> ToolServerError {
    Fault::Garbled("the answer cannot be read").into_error()
}

/// No store takes a NUL; a binary that a tool printed is still an answer.
fn replace_nul(value: &mut Value) {
    match value {
        Value::String(text) => {
            if text.contains('\0') {
                *text = text.replace('\0', "\u{fffd}");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(replace_nul),
        Value::Object(members) => {
            if members.keys().any(|key| key.contains('\0')) {
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(key, value)| (key.replace('\0', "\u{fffd}"), value))
                    .collect();
            }
            members.values_mut().for_each(replace_nul);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(result: Value) -> Result<ToolOutput, ToolServerError> {
        output(serde_json::from_value(result).unwrap())
    }

    #[test]
    fn nul_becomes_visible() {
        let answer =
            of(json!({"content": [{"type": "text", "text": "a\0b"}], "structuredContent": {"k\0": ["\0"]}})).unwrap();
        let expected =
            json!({"content": [{"type": "text", "text": "a\u{fffd}b"}], "structured": {"k\u{fffd}": ["\u{fffd}"]}});
        assert_eq!(answer.result.value(), &expected);
    }

    #[test]
    fn what_is_too_deep_or_too_large_is_not_taken() {
        let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
        let large = "x".repeat(MAX_ANSWER_BYTES);
        for result in [json!({"structuredContent": deep}), json!({"content": [{"type": "text", "text": large}]})] {
            let error = of(result).unwrap_err();
            assert_eq!(error.kind, stead_domain::ports::tool_server::ToolServerErrorKind::TooLarge);
        }
    }
}
