use actix_web::{
    Error,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::HeaderMap,
    middleware::Next,
};

use crate::error::{ApiError, Code};

/// What all headers of a request may hold together. The server itself reads no head beyond 128 KiB or 96 headers.
const MAX_HEADERS_BYTES: usize = 32 * 1024;

/// Refuses requests with large headers before anything looks into them.
pub async fn headers_limit<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if size(request.headers()) > MAX_HEADERS_BYTES {
        return Ok(request.error_response(ApiError::new(Code::HeadersTooLarge)).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
