use actix_web::{HttpResponse, put, web};

use crate::{
    Api,
    dto::PinBody,
    error::ApiError,
    extract::{Call, Nothing, OptionalBody, PinPath},
    respond,
};

/// Pin a message
///
/// Every member may. What is pinned stays as it is.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "put_pin",
    params(PinPath),
    responses(
        (status = 200, description = "It is pinned", body = PinBody, example = json!(PinBody::sample())),
        (status = 400, description = "`invalid_request`: also where it is a message of another channel"),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
        (status = 409, description = "`too_many_pins`: 100 messages are pinned; or `conflict`: others changed the message at \
            the same time"),
    ),
)]
#[put("/channels/{channel_id}/pins/{message_id}")]
pub async fn put_pin(
    call: Call<PinPath>,
    _: OptionalBody<Nothing>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, PinPath { channel_id, message_id }) = (call.caller, call.path);
    let pin =
        api.write(move |application| async move { application.pin(&caller, channel_id, message_id).await }).await?;
    let pin = api.application.with_citations(&caller, pin).await?;
    Ok(respond::ok(&PinBody::from(pin)))
}
