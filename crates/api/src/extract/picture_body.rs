use std::time::Duration;

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;

use super::read_body::read_bytes;
use crate::{
    Api,
    error::{ApiError, Code},
    scopes,
};

/// The most that is sent for a picture of a user.
const MAX_BYTES: usize = 5 * 1024 * 1024;

/// A body that says that it is a picture.
pub struct PictureBody(pub Bytes);

impl FromRequest for PictureBody {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            check_headers(&request)?;
            let within = request.app_data::<web::Data<Api>>().map_or(Duration::ZERO, |api| api.options.body_timeout);
            let read = tokio::time::timeout(within, read_bytes(request.headers(), payload, MAX_BYTES)).await;
            let bytes = read.unwrap_or_else(|_late| Err(ApiError::new(Code::RequestTimeout)))?;
            if bytes.is_empty() {
                return Err(ApiError::new(Code::InvalidRequest).saying("The request needs a picture as its body"));
            }
            scopes::check_after_body(&request)?;
            Ok(Self(bytes.freeze()))
        })
    }
}

fn check_headers(request: &HttpRequest) -> Result<(), ApiError> {
    let stated = request.headers().get(header::CONTENT_TYPE).and_then(|stated| stated.to_str().ok());
    let is_picture = stated.is_some_and(|stated| stated.trim_start().to_ascii_lowercase().starts_with("image/"));
    let is_plain =
        request.headers().get(header::CONTENT_ENCODING).is_none_or(|encoding| encoding.as_bytes() == b"identity");
    if is_picture && is_plain {
        return Ok(());
    }
    Err(ApiError::new(Code::UnsupportedMediaType).saying("The body must be a picture: `Content-Type: image/…`"))
}
