use actix_web::{HttpResponse, get, web};

use crate::{Api, error::ApiError, extract::OpenCall};

/// This document
///
/// The contract of the server, OpenAPI 3.1.
#[utoipa::path(
    tag = "operations",
    operation_id = "get_openapi",
    responses((status = 200, description = "The document", body = Object, content_type = "application/json",
        example = json!({"openapi": "3.1.0", "info": {"title": "Stead", "version": "1"}, "paths": {}}))),
    security(())
)]
#[get("/openapi.json")]
pub async fn openapi_json(_: OpenCall, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().content_type("application/json").body(api.contract.json.clone()))
}
