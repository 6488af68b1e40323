use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, ChannelPath},
};

/// Delete a channel
///
/// It is gone at once for everybody, with all that was said in it, and its name is free. For its admins; of a public one the
/// organization's admins too.
#[utoipa::path(
    tag = "channels",
    operation_id = "delete_channel",
    params(ChannelPath),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "Not a member of this channel, or not an admin"),
        (status = 409, description = "`fixed_channel`: a direct channel or one's own AI channel"),
    ),
)]
#[delete("/channels/{channel_id}")]
pub async fn delete_channel(call: Call<ChannelPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    api.write(move |application| async move { application.delete_channel(&caller, path.channel_id).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
