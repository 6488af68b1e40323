use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, tagged},
    dto::ChannelBody,
    error::ApiError,
    extract::{Call, ChannelPath},
};

/// A channel
///
/// Without messages. Public ones are everybody's to see, others their members'.
#[utoipa::path(
    tag = "channels",
    operation_id = "get_channel",
    params(ChannelPath, IfNoneMatchHeader),
    responses(
        (status = 200, description = "The channel", body = ChannelBody, example = json!(ChannelBody::sample())),
        (status = 403, description = "Not a member of this channel"),
    ),
)]
#[get("/channels/{channel_id}")]
pub async fn get_channel(
    call: Call<ChannelPath>,
    known: IfNoneMatch,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let view = api.application.channel(&call.caller, call.path.channel_id).await?;
    let version = view.channel.version;
    tagged(&ChannelBody::from(view), version, &known)
}
