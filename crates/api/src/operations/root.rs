use actix_web::{HttpResponse, Resource, http::header, web};

use super::fallback::only_get;

/// `/` leads to the docs until there is a page of its own.
pub fn root() -> Resource {
    web::resource("/").route(web::get().to(to_docs)).default_service(web::to(only_get))
}

pub async fn to_docs() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}
