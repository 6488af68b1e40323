use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::ChannelMembersBody,
    error::ApiError,
    extract::{Call, ChannelPath},
    paging::PageQuery,
    respond,
};

/// Who is in a channel
///
/// People and agents, the first of them first; without `before` and `after` the newest page. Who is deactivated is not listed.
#[utoipa::path(
    tag = "channels",
    operation_id = "list_channel_members",
    params(ChannelPath, PageQuery),
    responses(
        (status = 200, description = "A page of members",
            body = ChannelMembersBody, example = json!(ChannelMembersBody::sample())),
        (status = 403, description = "Not a member of this channel"),
    ),
)]
#[get("/channels/{channel_id}/members")]
pub async fn list_channel_members(
    call: Call<ChannelPath, PageQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let members = api.application.channel_members(&call.caller, call.path.channel_id, call.query.page).await?;
    Ok(respond::ok(&ChannelMembersBody::from(members)))
}
