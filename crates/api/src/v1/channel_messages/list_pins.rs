use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::PinsBody,
    error::ApiError,
    extract::{Call, ChannelPath},
    respond,
};

/// What is pinned in a channel
///
/// In the order in which it was pinned: at most 100 messages.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "list_pins",
    params(ChannelPath),
    responses(
        (status = 200, description = "All of it", body = PinsBody, example = json!(PinsBody::sample())),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
    ),
)]
#[get("/channels/{channel_id}/pins")]
pub async fn list_pins(call: Call<ChannelPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let pins = api.application.pins(&call.caller, call.path.channel_id).await?;
    let pins = api.application.with_citations(&call.caller, pins).await?;
    Ok(respond::ok(&PinsBody::from(pins)))
}
