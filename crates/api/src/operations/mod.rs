//! What is beside the API: whether the process lives and is ready, the document, the docs, and the answer to everything
//! that is not there.

mod docs;
mod fallback;
mod healthz;
mod openapi_json;
mod readyz;
mod root;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

pub use fallback::nothing_here;

/// The operations that are in the document.
pub fn documented(services: &mut ServiceConfig<'_>) {
    services.service(healthz::healthz).service(readyz::readyz).service(openapi_json::openapi_json);
}

/// Pages, which are not.
pub fn undocumented(services: &mut web::ServiceConfig) {
    services.service(root::root()).service(docs::redirect()).service(docs::files());
}
