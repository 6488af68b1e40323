use actix_web::{HttpResponse, post, web};

use crate::{
    Api,
    dto::ChannelBody,
    error::ApiError,
    extract::{Call, ChannelPath, Nothing, OptionalBody},
    respond,
};

/// Join a public channel
///
/// Who is a member stays one.
#[utoipa::path(
    tag = "channels",
    operation_id = "join_channel",
    params(ChannelPath),
    responses(
        (status = 200, description = "The channel", body = ChannelBody, example = json!(ChannelBody::sample())),
        (status = 403, description = "Not a member of this channel, which is not public"),
        (status = 409, description = "`channel_full`, or `conflict`: others changed it at the same time"),
    ),
)]
#[post("/channels/{channel_id}/join")]
pub async fn join_channel(
    call: Call<ChannelPath>,
    _: OptionalBody<Nothing>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    let joined = api.write(move |application| async move { application.join_channel(&caller, path.channel_id).await });
    Ok(respond::ok(&ChannelBody::from(joined.await?)))
}
