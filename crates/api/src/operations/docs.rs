use std::sync::Arc;

use actix_web::{
    HttpResponse, Resource,
    http::header::{self, ContentEncoding},
    web,
};
use utoipa_swagger_ui::Config;

use super::{fallback::only_get, root::to_docs};
use crate::error::{ApiError, Code};

/// What the API browser needs: its own scripts, pictures in its style sheet, and the API it tries out.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// `/docs` leads to `/docs/`.
pub fn redirect() -> Resource {
    web::resource("/docs").route(web::get().to(to_docs)).default_service(web::to(only_get))
}

/// The API browser. It is part of the binary, and loads nothing from elsewhere.
pub fn files() -> Resource {
    let config = Config::new(["/openapi.json"]).try_it_out_enabled(true).validator_url("none");
    web::resource("/docs/{file:.*}")
        .app_data(web::Data::from(Arc::new(config)))
        .route(web::get().to(file))
        .default_service(web::to(only_get))
}

async fn file(name: web::Path<String>, config: web::Data<Config<'static>>) -> Result<HttpResponse, ApiError> {
    let found = utoipa_swagger_ui::serve(&name, config.into_inner())
        .map_err(|error| ApiError::internal(std::io::Error::other(error.to_string())))?;
    let file = found.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_SECURITY_POLICY, POLICY)).content_type(file.content_type.as_str());
    if file.gzpipped {
        response.insert_header(ContentEncoding::Gzip);
    }
    Ok(response.body(file.bytes.into_owned()))
}
