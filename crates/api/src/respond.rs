use actix_web::{HttpResponse, HttpResponseBuilder, http::StatusCode, http::header};
use serde::Serialize;

use crate::headers::IDEMPOTENCY_REPLAYED;

/// 200 with the resource.
pub fn ok(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(body)
}

/// 201 with what was made, or had been made by an earlier request with the same key.
pub fn created(body: &impl Serialize, location: Option<&str>, replayed: bool) -> HttpResponse {
    let mut response = maybe_replayed(StatusCode::CREATED, replayed);
    if let Some(location) = location {
        response.insert_header((header::LOCATION, location));
    }
    response.json(body)
}

/// A response that says whether an earlier request with the same key did it.
pub fn maybe_replayed(status: StatusCode, replayed: bool) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    if replayed {
        response.insert_header((IDEMPOTENCY_REPLAYED, "true"));
    }
    response
}
