//! Conditional requests (RFC 9110, 13): the tag of a resource, `If-None-Match` on a GET, `If-Match` on a PATCH.
//!
//! A tag is `"<version>-<fingerprint>"`: the version that `If-Match` is about, and a hash of what is answered and of the
//! query that asked for it, so that it changes with every byte of the answer. What has no version has the hash alone.

mod headers;
mod tag;
mod tags;

pub use headers::{IfMatch, IfMatchHeader, IfNoneMatch, IfNoneMatchHeader};

use actix_web::{HttpResponse, http::header};
use serde::Serialize;

use crate::error::ApiError;
use tag::Tag;

/// A resource that is about to be answered.
pub struct Tagged<'a, T> {
    /// It.
    pub body: &'a T,
    /// Its version, where it has one.
    pub version: Option<i64>,
    /// The query that asked for it, with what was left out at its usual value.
    pub query: &'a str,
}

impl<T: Serialize> Tagged<'_, T> {
    /// 200 with the resource and its tag; 304 where the client has it.
    pub fn answer(&self, known: &IfNoneMatch) -> Result<HttpResponse, ApiError> {
        let body = serde_json::to_vec(self.body).map_err(ApiError::internal)?;
        let tag = Tag::new(self.version, self.query, &body).to_string();
        if known.knows(&tag) {
            return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
        }
        let kind = (header::CONTENT_TYPE, "application/json");
        Ok(HttpResponse::Ok().insert_header(kind).insert_header((header::ETAG, tag)).body(body))
    }
}

/// Answers a resource that is the same whatever the query.
pub fn tagged(body: &impl Serialize, version: i64, known: &IfNoneMatch) -> Result<HttpResponse, ApiError> {
    Tagged { body, version: Some(version), query: "" }.answer(known)
}
