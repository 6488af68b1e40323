use std::time::Duration;

use actix_web::{
    HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap},
};
use bytes::BytesMut;
use futures_util::StreamExt;
use serde_json::Value;

use super::json;
use crate::error::{ApiError, Code};

/// What of a body beyond the limit is still taken in, so that a client that only reads when it has sent everything gets to
/// read its 413.
const DRAINED: usize = 16 * 1024 * 1024;

/// The JSON of a request's body; nothing if it has no body.
pub async fn read_json(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
    within: Duration,
) -> Result<Option<Value>, ApiError> {
    let stated = check_headers(request.headers())?;
    let read = tokio::time::timeout(within, read_bytes(request.headers(), payload, limit)).await;
    let bytes = read.unwrap_or_else(|_late| Err(ApiError::new(Code::RequestTimeout)))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if !stated {
        return Err(ApiError::new(Code::UnsupportedMediaType));
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| refused("not UTF-8", error))?;
    json::parse(text).map(Some).map_err(|error| refused("not the JSON it should be", error))
}

/// Whether the body says that it is JSON.
///
/// # Errors
/// It says that it is something else.
fn check_headers(headers: &HeaderMap) -> Result<bool, ApiError> {
    let unsupported = || ApiError::new(Code::UnsupportedMediaType);
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding.as_bytes() != b"identity") {
        return Err(unsupported());
    }
    let Some(stated) = headers.get(header::CONTENT_TYPE) else { return Ok(false) };
    let stated = stated.to_str().unwrap_or_default();
    let (media_type, parameters) = stated.split_once(';').unwrap_or((stated, ""));
    let is_utf8 = parameters.split(';').filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if media_type.trim().eq_ignore_ascii_case("application/json") && is_utf8 { Ok(true) } else { Err(unsupported()) }
}

/// A request's body, if it is not larger than `limit`.
pub async fn read_bytes(headers: &HeaderMap, mut payload: Payload, limit: usize) -> Result<BytesMut, ApiError> {
    let too_large = || ApiError::new(Code::PayloadTooLarge);
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit.saturating_add(DRAINED)) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::with_capacity(announced.unwrap_or(0).min(limit));
    let mut beyond = 0usize;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| refused("cut off or not readable", error))?;
        if beyond > 0 || bytes.len() + chunk.len() > limit {
            beyond = beyond.saturating_add(chunk.len());
            if beyond > DRAINED {
                break;
            }
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    if beyond > 0 { Err(too_large()) } else { Ok(bytes) }
}

fn refused(what: &str, error: impl std::fmt::Display) -> ApiError {
    ApiError::new(Code::InvalidRequest).saying(format!("The body is {what}: {error}"))
}
