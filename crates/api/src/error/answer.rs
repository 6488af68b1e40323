use std::time::Duration;

use actix_web::{HttpResponse, http::header};
use stead_application::FieldError;

use super::{Also, ApiError, ErrorBody, FieldErrorBody, code::Code};
use crate::headers::IDEMPOTENCY_REPLAYED;

/// When to try again where nothing more precise is known, in seconds.
const RETRY_AFTER: u64 = 5;

/// Writes an error for the client, and logs what the client is not told.
pub fn answer(error: &ApiError, request_id: &str) -> HttpResponse {
    let entry = error.code.entry();
    log(error, request_id);
    let mut response = HttpResponse::build(entry.status);
    if entry.retryable && !error.is_final {
        let seconds = error.retry_after.map_or(RETRY_AFTER, rounded_up);
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    if entry.code == Code::Unauthorized {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    if entry.code == Code::RequestTimeout {
        // What of the body is still to come is not waited for.
        response.force_close();
    }
    match &error.also {
        Some(Also::Allow(allow)) => {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        Some(Also::Size(size)) => {
            response.insert_header((header::CONTENT_RANGE, format!("bytes */{size}")));
        }
        None => {}
    }
    if error.replayed {
        response.insert_header((IDEMPOTENCY_REPLAYED, "true"));
    }
    let detail =
        |FieldError { field, message }: &FieldError| FieldErrorBody { field: field.clone(), message: message.clone() };
    response.json(ErrorBody {
        error: entry.name.to_owned(),
        message: error.message.to_string(),
        request_id: request_id.to_owned(),
        details: error.details.iter().map(detail).collect(),
    })
}

/// In whole seconds, at least one: whoever waits so long is not told the same again.
fn rounded_up(after: Duration) -> u64 {
    after.as_secs().saturating_add(u64::from(after.subsec_nanos() > 0)).max(1)
}

fn log(error: &ApiError, request_id: &str) {
    let code = error.code.entry().name;
    let Some(cause) = &error.cause else { return };
    let cause = cause.as_ref() as &(dyn std::error::Error + 'static);
    if error.code == Code::Internal {
        tracing::error!(request_id, code, error = cause, "the request failed");
    } else {
        tracing::warn!(request_id, code, error = cause, "the request could not be served now");
    }
}
