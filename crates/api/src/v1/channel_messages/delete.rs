use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, ChannelMessagePath},
};

/// Delete a message of a channel
///
/// Whoever wrote it may, or the person in whose stead an agent did, and the channel's admins. Its place and its replies stay;
/// its text, what it said before, its files, reactions and pin are gone at once.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "delete_channel_message",
    params(ChannelMessagePath),
    responses(
        (status = 204, description = "It is gone"),
        (status = 403, description = "The caller is no member, or may not delete it; with an API key: it lacks the scope that \
            the operation takes"),
        (status = 409, description = "`conflict`: others changed it at the same time"),
    ),
)]
#[delete("/messages/{message_id}")]
pub async fn delete_channel_message(
    call: Call<ChannelMessagePath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, message) = (call.caller, call.path.message_id);
    api.write(move |application| async move { application.delete_channel_message(&caller, message).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
