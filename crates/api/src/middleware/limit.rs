use actix_web::{
    Error, HttpMessage,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};
use stead_application::limits::{AddressBlock, Principal};

use crate::{Api, error::ApiError, extract::Authentication};

/// What is answered however often it is asked: whoever asks for it looks after the server.
pub const FREE: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Counts each request, for whoever is signed in, else for the address that it comes from, and refuses what is too much.
pub async fn limit<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if !FREE.contains(&request.path())
        && let Some(api) = request.app_data::<web::Data<Api>>()
        && let Err(error) = api.application.admit_request(principal(api, &request))
    {
        return Ok(request.error_response(ApiError::from(error)).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn principal(api: &Api, request: &ServiceRequest) -> Principal {
    match request.extensions().get::<Authentication>() {
        Some(Authentication(Ok(caller))) => Principal::User(caller.user),
        _ => Principal::Address(AddressBlock::of(api.client_address(request.request()))),
    }
}
