use actix_web::{
    Error,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};

use crate::{Api, error::ApiError};

/// Answers 405 where a path without parameters is known and does not take the method: else another path, of which this one is
/// a case (`me` for an id), would be asked.
pub async fn methods<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let refused = request.app_data::<web::Data<Api>>().and_then(|api| {
        let allowed = api.contract.allowed_literally(request.path())?;
        let is_taken = allowed.split(", ").any(|method| method == request.method().as_str());
        (!is_taken).then(|| ApiError::method_not_allowed(allowed.to_owned()))
    });
    match refused {
        Some(error) => Ok(request.error_response(error).map_into_right_body()),
        None => Ok(next.call(request).await?.map_into_left_body()),
    }
}
