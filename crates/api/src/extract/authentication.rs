use actix_web::{HttpMessage, HttpRequest};
use stead_application::Caller;

use crate::error::{ApiError, Code};

/// What the authenticating middleware found out about a request. It never refuses by itself: the handler's first extractor
/// does, so that paths and methods that do not exist are told without credentials.
pub struct Authentication(pub Result<Caller, ApiError>);

/// Who asks.
pub fn caller(request: &HttpRequest) -> Result<Caller, ApiError> {
    match request.extensions_mut().remove::<Authentication>() {
        Some(Authentication(found)) => found,
        None => Err(ApiError::new(Code::Unauthorized)),
    }
}
