//! Figures about requests. Labels come from the routes and a short list: nothing that a client chooses, no ids.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};

/// Counts an answered request, and how long it took until the answer began: a stream goes on after that.
pub fn count(method: &Method, route: String, status: StatusCode, took: Duration) {
    let method = method_label(method);
    metrics::counter!(
        "stead_http_requests_total", "method" => method, "route" => route.clone(), "status" => status_label(status)
    )
    .increment(1);
    metrics::histogram!("stead_http_request_seconds", "method" => method, "route" => route).record(took.as_secs_f64());
}

fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn status_label(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}
