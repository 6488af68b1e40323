use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, ChannelMemberPath},
};

/// Take somebody out of a channel
///
/// For its admins; of a public one the organization's admins too. Taking oneself out is leaving.
#[utoipa::path(
    tag = "channels",
    operation_id = "remove_channel_member",
    params(ChannelMemberPath),
    responses(
        (status = 204, description = "They are no member any more"),
        (status = 403, description = "Not a member of this channel, or not an admin"),
        (status = 404, description = "The channel is not there, or they are no member"),
        (status = 409, description = "`fixed_channel`: a direct channel or one's own AI channel; or `conflict`: others changed it \
            at the same time"),
    ),
)]
#[delete("/channels/{channel_id}/members/{user_id}")]
pub async fn remove_channel_member(
    call: Call<ChannelMemberPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    let removed =
        api.write(
            move |application| async move { application.remove_member(&caller, path.channel_id, path.user_id).await },
        );
    removed.await?;
    Ok(HttpResponse::NoContent().finish())
}
