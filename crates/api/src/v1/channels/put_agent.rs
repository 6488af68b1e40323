use actix_web::{HttpResponse, put, web};

use crate::{
    Api,
    dto::ChannelMemberBody,
    error::ApiError,
    extract::{Call, ChannelAgentPath, Nothing, OptionalBody},
    respond,
};

/// Put an agent in a channel
///
/// An agent of the organization: it answers there when it is mentioned. For the channel's admins; of a public one the
/// organization's admins too.
#[utoipa::path(
    tag = "channels",
    operation_id = "put_channel_agent",
    params(ChannelAgentPath),
    responses(
        (status = 200, description = "The member", body = ChannelMemberBody,
            example = json!(ChannelMemberBody::sample())),
        (status = 400, description = "Somebody's own agent"),
        (status = 403, description = "Not a member of this channel, or not an admin"),
        (status = 404, description = "The channel, or the agent, is not there"),
        (status = 409, description = "`fixed_channel`: a direct channel or one's own AI channel; `channel_full`; or `conflict`: \
            others changed it at the same time"),
    ),
)]
#[put("/channels/{channel_id}/agents/{agent_id}")]
pub async fn put_channel_agent(
    call: Call<ChannelAgentPath>,
    _: OptionalBody<Nothing>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    let put = api.write(move |application| async move {
        application.put_channel_agent(&caller, path.channel_id, path.agent_id).await
    });
    Ok(respond::ok(&ChannelMemberBody::from(put.await?)))
}
