//! What went wrong, in terms a caller can act on. Of what an endpoint says only `error.code` and `error.type` are kept:
//! its sentences may repeat the key or the conversation.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use stead_domain::ports::llm::{LlmError, LlmErrorKind};
use stead_outbound::retry_after;

/// The longest code that is kept.
const MAX_CODE: usize = 64;

/// What an endpoint says about its failure: `error.code` and `error.type`, where they look like codes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    code: Option<String>,
    kind: Option<String>,
}

impl Reason {
    /// Reads an error body. Dialects: `{"error": {..}}`, the same in a list, or the object itself.
    pub(crate) fn parse(body: &Value, api_key: Option<&SecretString>) -> Self {
        let body = body.get(0).unwrap_or(body);
        let error = body.get("error").unwrap_or(body);
        let read = |field: &str| match error.get(field) {
            Some(Value::String(text)) => harmless(text, api_key),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        Self { code: read("code"), kind: read("type") }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.code.as_deref().into_iter().chain(self.kind.as_deref())
    }

    /// Whether the account's money is spent, which waiting does not mend.
    fn is_spent(&self) -> bool {
        self.names().any(|name| {
            matches!(name, "insufficient_quota" | "credit_balance_exhausted" | "billing_hard_limit_reached")
                || name.contains("spend_limit")
        })
    }

    /// The kind of an error that came without a status of its own, inside a stream.
    fn kind_in_stream(&self) -> LlmErrorKind {
        if self.is_spent() {
            return LlmErrorKind::Unauthorized;
        }
        let by_status =
            self.code.as_deref().and_then(|code| code.parse().ok()).and_then(|n| StatusCode::from_u16(n).ok());
        if let Some(status) = by_status.filter(|status| status.is_client_error() || status.is_server_error()) {
            return kind_of(status);
        }
        let is_any = |known: &[&str]| self.names().any(|name| known.contains(&name));
        if is_any(&["invalid_api_key", "authentication_error", "permission_error", "permission_denied"]) {
            LlmErrorKind::Unauthorized
        } else if is_any(&["invalid_request_error", "context_length_exceeded", "model_not_found", "not_found_error"]) {
            LlmErrorKind::Rejected
        } else if is_any(&["timeout", "timeout_error", "request_timeout"]) {
            LlmErrorKind::Timeout
        } else if is_any(&[
            "server_error",
            "internal_server_error",
            "api_error",
            "overloaded_error",
            "rate_limit_exceeded",
            "rate_limit_error",
            "service_unavailable",
        ]) {
            LlmErrorKind::Unavailable
        } else {
            LlmErrorKind::Protocol
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = self.names();
        match (names.next(), names.next()) {
            (Some(one), Some(other)) => write!(f, " ({one}, {other})"),
            (Some(one), None) => write!(f, " ({one})"),
            (None, _) => Ok(()),
        }
    }
}

/// Keeps what looks like a code and holds nothing of the key.
fn harmless(text: &str, api_key: Option<&SecretString>) -> Option<String> {
    let is_code = !text.is_empty()
        && text.len() <= MAX_CODE
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let tells_key = api_key.is_some_and(|key| {
        let key = key.expose_secret();
        !key.is_empty() && (text.contains(key) || (text.len() >= 6 && key.contains(text)))
    });
    (is_code && !tells_key).then(|| text.to_owned())
}

fn kind_of(status: StatusCode) -> LlmErrorKind {
    match status.as_u16() {
        401..=403 => LlmErrorKind::Unauthorized,
        408 | 409 | 429 | 500.. => LlmErrorKind::Unavailable,
        _ => LlmErrorKind::Rejected,
    }
}

/// How long the endpoint asks to be left alone.
pub(crate) fn asked_to_wait(response: &Response) -> Option<Duration> {
    retry_after(|name| response.headers().get(name)?.to_str().ok(), SystemTime::now())
}

/// The endpoint answered with a status other than success.
pub(crate) fn refused(status: StatusCode, reason: &Reason) -> LlmError {
    let kind = match kind_of(status) {
        LlmErrorKind::Unavailable if status == StatusCode::TOO_MANY_REQUESTS && reason.is_spent() => {
            LlmErrorKind::Unauthorized
        }
        kind => kind,
    };
    LlmError::new(kind, format!("the endpoint answered {}{reason}", status.as_u16()))
}

/// The endpoint reported an error under a status of success.
pub(crate) fn reported(reason: &Reason) -> LlmError {
    LlmError::new(reason.kind_in_stream(), format!("the endpoint reported an error{reason}"))
}

/// The request could not be sent or got no answer.
pub(crate) fn not_sent(error: reqwest::Error) -> LlmError {
    let (kind, detail) = if error.is_connect() {
        (LlmErrorKind::Unavailable, "the endpoint could not be reached")
    } else if error.is_timeout() {
        (LlmErrorKind::Timeout, "the endpoint did not answer in time")
    } else if error.is_builder() {
        (LlmErrorKind::Rejected, "the request could not be built")
    } else {
        (LlmErrorKind::Unavailable, "the connection broke before an answer")
    };
    LlmError::new(kind, detail).caused_by(error.without_url())
}

/// What came back makes no sense, or broke off.
pub(crate) fn protocol(detail: impl Into<String>) -> LlmError {
    LlmError::new(LlmErrorKind::Protocol, detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(status: u16, body: &Value) -> LlmError {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        refused(status, &Reason::parse(body, Some(&"sk-abcdef-123456".into())))
    }

    #[test]
    fn statuses_have_their_kinds() {
        for (kind, statuses) in [
            (LlmErrorKind::Unauthorized, &[401, 402, 403][..]),
            (LlmErrorKind::Rejected, &[301, 302, 400, 404, 405, 413, 422]),
            (LlmErrorKind::Unavailable, &[408, 409, 429, 500, 502, 503, 504, 529]),
        ] {
            for status in statuses {
                assert_eq!(of(*status, &Value::Null).kind, kind, "{status}");
            }
        }
    }

    #[test]
    fn spent_money_is_no_rate_limit() {
        for code in ["insufficient_quota", "credit_balance_exhausted", "enforced_spend_limit_reached"] {
            assert_eq!(of(429, &json!({"error": {"code": code}})).kind, LlmErrorKind::Unauthorized, "{code}");
            assert_eq!(of(429, &json!({"error": {"type": code}})).kind, LlmErrorKind::Unauthorized, "{code}");
        }
        assert_eq!(of(429, &json!({"error": {"code": "rate_limit_exceeded"}})).kind, LlmErrorKind::Unavailable);
    }

    #[test]
    fn only_codes_are_kept() {
        let body = json!({"error": {"code": "bad_thing", "type": "sk-abcdef-123456", "message": "you said hello"}});
        assert_eq!(of(400, &body).detail, "the endpoint answered 400 (bad_thing)");
        let sentences = json!({"error": {"code": "you said hello", "type": "x".repeat(65)}});
        assert_eq!(of(400, &sentences).detail, "the endpoint answered 400");
        let part_of_key = json!({"error": {"code": "abcdef-1234"}});
        assert_eq!(of(400, &part_of_key).detail, "the endpoint answered 400");
    }

    #[test]
    fn an_error_in_a_stream_is_judged_by_its_code() {
        for (kind, error) in [
            (LlmErrorKind::Unavailable, json!({"error": {"code": 502}})),
            (LlmErrorKind::Unavailable, json!({"error": {"type": "server_error"}})),
            (LlmErrorKind::Unauthorized, json!({"error": {"code": "insufficient_quota"}})),
            (LlmErrorKind::Rejected, json!([{"error": {"code": "context_length_exceeded"}}])),
            (LlmErrorKind::Protocol, json!({"error": "something"})),
        ] {
            assert_eq!(reported(&Reason::parse(&error, None)).kind, kind, "{error}");
        }
    }
}
