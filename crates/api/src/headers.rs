//! The headers of the contract that are not in the standard set.

use actix_web::http::header::{HeaderMap, HeaderName};

/// Names a request in the logs.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A key that makes a repeated POST have one effect.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an earlier request with the same key did it.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// What the client would like (RFC 7240).
pub const PREFER: HeaderName = HeaderName::from_static("prefer");
/// What of that was heeded.
pub const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// The last event a stream's reader has seen.
pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Where the browser says a request comes from.
pub const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether `Prefer` asks for an answer before the work is done. Preferences that are not known are ignored.
pub fn prefers_respond_async(headers: &HeaderMap) -> bool {
    let values = headers.get_all(PREFER).filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split(','));
    preferences.any(|preference| {
        let token = preference.split([';', '=']).next().unwrap_or_default();
        token.trim().eq_ignore_ascii_case("respond-async")
    })
}

/// Whether `Accept` names this media type, and JSON not before it.
pub fn prefers(headers: &HeaderMap, media_type: &str) -> bool {
    let mut wanted: Option<(f32, usize)> = None;
    let mut json: Option<(f32, usize)> = None;
    let values = headers.get_all(actix_web::http::header::ACCEPT).filter_map(|value| value.to_str().ok());
    for (place, range) in values.flat_map(|value| value.split(',')).enumerate() {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts.find_map(|parameter| parameter.strip_prefix("q=").or(parameter.strip_prefix("Q=")));
        let quality = quality.map_or(Some(1.0), |quality| quality.parse().ok()).unwrap_or(0.0);
        if name.eq_ignore_ascii_case(media_type) && wanted.is_none() {
            wanted = Some((quality, place));
        } else if name.eq_ignore_ascii_case("application/json") && json.is_none() {
            json = Some((quality, place));
        }
    }
    match (wanted, json) {
        (Some((wanted, at)), Some((json, json_at))) => {
            wanted > 0.0 && (wanted > json || wanted == json && at < json_at)
        }
        (Some((wanted, _)), None) => wanted > 0.0,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{self, HeaderValue};

    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn a_stream_is_asked_for_by_name() {
        let stream = "text/event-stream";
        for yes in [
            "text/event-stream",
            "TEXT/EVENT-STREAM, */*",
            "text/event-stream, application/json",
            "application/json;q=0.5, text/event-stream",
        ] {
            assert!(prefers(&with(header::ACCEPT, yes), stream), "{yes}");
        }
        for no in ["*/*", "text/*", "application/json", "application/json, text/event-stream", "text/event-stream;q=0"]
        {
            assert!(!prefers(&with(header::ACCEPT, no), stream), "{no}");
        }
    }

    #[test]
    fn a_browser_prefers_pages() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert!(prefers(&with(header::ACCEPT, browser), "text/html"));
        assert!(!prefers(&with(header::ACCEPT, "*/*"), "text/html"));
    }

    #[test]
    fn unknown_preferences_are_ignored() {
        for (value, wanted) in [
            ("respond-async", true),
            ("return=minimal, Respond-Async; wait=10", true),
            ("wait=100", false),
            ("x=respond-async", false),
        ] {
            assert_eq!(prefers_respond_async(&with(PREFER, value)), wanted, "{value}");
        }
    }
}
