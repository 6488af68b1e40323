use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, PinPath},
};

/// Unpin a message
///
/// Every member may. Where it is not pinned, nothing changes.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "delete_pin",
    params(PinPath),
    responses(
        (status = 204, description = "It is not pinned"),
        (status = 400, description = "`invalid_request`: also where it is a message of another channel"),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
        (status = 409, description = "`conflict`: others changed the message at the same time"),
    ),
)]
#[delete("/channels/{channel_id}/pins/{message_id}")]
pub async fn delete_pin(call: Call<PinPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let (caller, PinPath { channel_id, message_id }) = (call.caller, call.path);
    api.write(move |application| async move { application.unpin(&caller, channel_id, message_id).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
