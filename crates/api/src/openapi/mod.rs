//! The document: collected from the handlers, so that what is served is documented and nothing else is.
//!
//! `frame` is what stands around the operations, `complete` adds to each operation what follows from what it is (the
//! errors it can always answer, the headers), so that no handler lists them.

mod complete;
mod errors;
mod frame;
mod security;
mod texts;

use actix_web::{
    App, Error,
    dev::{ServiceFactory, ServiceRequest},
};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{AppExt, scope};

use crate::{operations, v1};

/// The document, OpenAPI 3.1.
pub fn document() -> OpenApi {
    let (_, mut document) = collect(App::new());
    complete::complete(&mut document);
    security::describe(&mut document);
    document
}

/// The document as JSON, for `openapi/stead.json`: pretty, the same every time, ending with a line break.
pub fn openapi_json() -> String {
    to_json(&document())
}

/// A document as JSON.
#[expect(clippy::expect_used, reason = "a document is made of strings, numbers and maps of strings: it is always JSON")]
pub fn to_json(document: &OpenApi) -> String {
    let mut json = document.to_pretty_json().expect("a document is JSON");
    json.push('\n');
    json
}

/// Registers every operation with an app, and collects what they say of themselves.
pub fn collect<T>(app: App<T>) -> (App<T>, OpenApi)
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    app.into_utoipa_app()
        .openapi(frame::frame())
        .configure(operations::documented)
        .service(scope::scope("/api/v1").configure(v1::operations))
        .split_for_parts()
}

#[cfg(test)]
mod tests;
