use actix_web::{HttpRequest, HttpResponse, web};

use crate::{
    Api,
    error::{ApiError, Code},
};

/// Answers what no route took: 405 where the document knows the path, else 404.
pub async fn nothing_here(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    match api.contract.allowed(request.path()) {
        Some(methods) => Err(ApiError::method_not_allowed(methods.to_owned())),
        None => Err(ApiError::new(Code::NotFound)),
    }
}

/// 405 for the pages, which are only read.
pub async fn only_get() -> Result<HttpResponse, ApiError> {
    Err(ApiError::method_not_allowed("GET".to_owned()))
}
