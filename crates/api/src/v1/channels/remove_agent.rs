use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, ChannelAgentPath},
};

/// Take an agent out of a channel
///
/// For its admins; of a public one the organization's admins too.
#[utoipa::path(
    tag = "channels",
    operation_id = "remove_channel_agent",
    params(ChannelAgentPath),
    responses(
        (status = 204, description = "It is no member any more"),
        (status = 403, description = "Not a member of this channel, or not an admin"),
        (status = 404, description = "The channel is not there, or the agent is no member"),
        (status = 409, description = "`fixed_channel`: a direct channel or one's own AI channel"),
    ),
)]
#[delete("/channels/{channel_id}/agents/{agent_id}")]
pub async fn remove_channel_agent(call: Call<ChannelAgentPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    let removed = api.write(move |application| async move {
        application.remove_channel_agent(&caller, path.channel_id, path.agent_id).await
    });
    removed.await?;
    Ok(HttpResponse::NoContent().finish())
}
