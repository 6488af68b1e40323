use actix_web::{HttpResponse, post, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, ChannelPath, Nothing, OptionalBody},
};

/// Leave a channel
///
/// Where nobody else looks after it, who has been in it longest becomes its admin.
#[utoipa::path(
    tag = "channels",
    operation_id = "leave_channel",
    params(ChannelPath),
    responses(
        (status = 204, description = "No member any more"),
        (status = 403, description = "Not a member of this channel"),
        (status = 409, description = "`fixed_channel`: a direct channel or one's own AI channel; or `conflict`: others changed it \
            at the same time"),
    ),
)]
#[post("/channels/{channel_id}/leave")]
pub async fn leave_channel(
    call: Call<ChannelPath>,
    _: OptionalBody<Nothing>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    api.write(move |application| async move { application.leave_channel(&caller, path.channel_id).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
