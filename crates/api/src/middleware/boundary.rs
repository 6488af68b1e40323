use std::time::Instant;

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use tracing::{Instrument, Span, field::Empty};

use super::{figures::count, request_id::request_id};
use crate::{
    accept_encoding::allow_identity,
    error::{ApiError, Code, answer},
    headers::X_REQUEST_ID,
};

/// The edge of the server: gives each request its id, span and log line, and each answer its shape and headers. Neither
/// bodies nor queries nor credentials are logged.
pub async fn boundary<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let id = request_id(request.headers());
    let span = tracing::info_span!(
        "http.request",
        request_id = %id,
        method = %request.method(),
        route = Empty,
        status = Empty,
    );
    allow_identity(&mut request);
    let answered = next.call(request).instrument(span.clone()).await?;
    let _entered = span.enter();
    let mut answered = shaped(answered, &id);
    let is_api = answered.request().path().starts_with("/api/");
    let headers = answered.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(X_REQUEST_ID, id);
    }
    secure(headers, is_api);
    log(&span, &answered, began);
    Ok(answered)
}

/// Writes the body of what was refused: here, where the request's id is known, and whoever refused it.
fn shaped<B: MessageBody + 'static>(answered: ServiceResponse<B>, id: &str) -> ServiceResponse<BoxBody> {
    let ours =
        answered.response().error().and_then(|error| error.as_error::<ApiError>()).map(|error| answer(error, id));
    let replacement = ours.or_else(|| {
        let foreign = code_of(answered.status()).filter(|_| answered.response().error().is_some())?;
        tracing::warn!(request_id = id, status = %answered.status(), "refused outside the handlers");
        Some(answer(&ApiError::new(foreign), id))
    });
    match replacement {
        Some(replacement) => replace(answered, replacement),
        None => answered.map_into_boxed_body(),
    }
}

fn replace<B>(answered: ServiceResponse<B>, replacement: HttpResponse) -> ServiceResponse<BoxBody> {
    let (request, _) = answered.into_parts();
    ServiceResponse::new(request, replacement)
}

/// The code for an error that is not ours (of actix itself).
fn code_of(status: StatusCode) -> Option<Code> {
    match status.as_u16() {
        401 => Some(Code::Unauthorized),
        403 => Some(Code::Forbidden),
        404 => Some(Code::NotFound),
        408 => Some(Code::RequestTimeout),
        413 => Some(Code::PayloadTooLarge),
        415 => Some(Code::UnsupportedMediaType),
        400..=499 => Some(Code::InvalidRequest),
        500..=599 => Some(Code::Internal),
        _ => None,
    }
}

/// Headers for browsers, where the answer has none of its own.
fn secure(headers: &mut HeaderMap, is_api: bool) {
    let mut usual = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    usual(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    usual(header::REFERRER_POLICY, "no-referrer");
    usual(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    if is_api {
        usual(header::CACHE_CONTROL, "no-store");
    }
}

fn log(span: &Span, answered: &ServiceResponse, began: Instant) {
    let route = answered.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let status = answered.status().as_u16();
    span.record("route", route.as_str());
    span.record("status", status);
    let took = began.elapsed();
    let latency_ms = took.as_micros() as f64 / 1_000.0;
    tracing::info!(latency_ms, "answered");
    count(answered.request().method(), route, answered.status(), took);
}
