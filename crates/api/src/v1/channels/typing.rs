use actix_web::{HttpResponse, post, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, ChannelPath, Nothing, OptionalBody},
};

/// Say that one is typing
///
/// The members hear of it at once, at most every two seconds; nothing is kept.
#[utoipa::path(
    tag = "channels",
    operation_id = "type_in_channel",
    params(ChannelPath),
    responses(
        (status = 204, description = "Told"),
        (status = 403, description = "Not a member of this channel"),
    ),
)]
#[post("/channels/{channel_id}/typing")]
pub async fn type_in_channel(
    call: Call<ChannelPath>,
    _: OptionalBody<Nothing>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    api.application.type_in_channel(&call.caller, call.path.channel_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
