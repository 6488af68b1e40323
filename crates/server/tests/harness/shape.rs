//! What holds for every JSON body, whatever operation it comes from.

use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// An error has exactly the documented fields, and the request's id.
#[track_caller]
pub fn check_error(body: &Value, request_id: &str, what: &str) {
    let fields: Vec<&str> =
        body.as_object().unwrap_or_else(|| panic!("{what}: {body}")).keys().map(String::as_str).collect();
    for required in ["error", "message", "request_id"] {
        assert!(body[required].as_str().is_some_and(|text| !text.is_empty()), "{what}: no {required} in {body}");
    }
    let unknown: Vec<_> =
        fields.iter().filter(|field| !["error", "message", "request_id", "details"].contains(field)).collect();
    assert!(unknown.is_empty(), "{what}: an error with {unknown:?}: {body}");
    assert_eq!(body["request_id"], request_id, "{what}: the id of the request");
    let code = body["error"].as_str().unwrap_or_default();
    assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{what}: the code {code}");
    if let Some(details) = body.get("details") {
        let details = details.as_array().unwrap_or_else(|| panic!("{what}: details of {body}"));
        assert!(!details.is_empty(), "{what}: empty details");
        for detail in details {
            let object = detail.as_object().unwrap_or_else(|| panic!("{what}: {detail}"));
            assert!(
                object.len() == 2 && detail["field"].is_string() && detail["message"].is_string(),
                "{what}: {detail}"
            );
        }
    }
}

/// Times have six decimals and a Z; ids are UUIDs in lower case. What a client keeps in `metadata` is its own.
#[track_caller]
pub fn check_values(body: &Value, what: &str) {
    match body {
        Value::Array(items) => items.iter().for_each(|item| check_values(item, what)),
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| *name != "metadata") {
                match value.as_str() {
                    Some(text) if name.ends_with("_at") || name.ends_with("_time") => check_time(text, what),
                    Some(text) if (name == "id" || name.ends_with("_id")) && name != "request_id" => {
                        check_id(text, what)
                    }
                    _ => check_values(value, what),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[track_caller]
fn check_time(text: &str, what: &str) {
    let well_formed = text.len() == "2026-01-02T03:04:05.678901Z".len() && text.ends_with('Z');
    let parsed = OffsetDateTime::parse(text, &Rfc3339);
    assert!(well_formed && parsed.is_ok(), "{what}: the time {text}");
}

#[track_caller]
fn check_id(text: &str, what: &str) {
    let parsed: Result<uuid::Uuid, _> = text.parse();
    assert!(parsed.is_ok_and(|id| id.to_string() == text), "{what}: the id {text}");
}

mod tests {
    use serde_json::json;

    use super::check_error;

    #[test]
    #[should_panic(expected = "an error with [\"stack\"]")]
    fn an_error_with_more_than_the_contract_names_is_noticed() {
        check_error(&json!({"error": "x", "message": "x", "request_id": "1", "stack": ""}), "1", "a test");
    }
}
