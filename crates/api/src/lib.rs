//! The HTTP contract of Stead: one operation a file, one error shape, one OpenAPI document, collected from the handlers.
//!
//! **Belongs here:** handlers, what bodies look like on the wire (`dto`), reading requests (`extract`), the table from
//! errors to statuses (`error`), streams (`sse`), what holds for every request (`middleware`), the document (`openapi`).
//!
//! **Does not belong here:** decisions. A handler reads the request, calls one use case and writes what it answered.
//!
//! **Invariants:** everything that is refused has the shape of `error::ErrorBody`; 401 comes before 400, 400 before 404, 403 and
//! 409; what the document does not name is refused; a use case that writes runs on when its client goes away; what went
//! wrong inside is logged with the request's id and never answered.

mod accept_encoding;
mod app;
mod byte_range;
mod client_address;
mod conditional;
mod content_disposition;
mod contract;
mod cookies;
mod dto;
mod error;
mod extract;
mod headers;
mod middleware;
mod openapi;
mod operations;
mod origin;
mod paging;
mod realtime;
mod respond;
mod scopes;
mod sse;
mod upload;
mod v1;

pub use app::{Api, ApiOptions};
pub use openapi::{document, openapi_json};
