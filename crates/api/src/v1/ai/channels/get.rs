use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::SidebarBody,
    error::ApiError,
    extract::{Call, SidebarPath},
    respond,
};

/// A conversation beside a channel
///
/// With its messages: the latest 2,000.
#[utoipa::path(
    tag = "assistant",
    operation_id = "get_channel_conversation",
    params(SidebarPath),
    responses(
        (status = 200, description = "The conversation", body = SidebarBody, example = json!(SidebarBody::sample())),
        (status = 400, description = "Conversation does not belong to this channel"),
        (status = 403, description = "Not a member of this channel"),
    ),
)]
#[get("/ai/channels/{channel_id}/conversations/{conversation_id}")]
pub async fn get_channel_conversation(call: Call<SidebarPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let SidebarPath { channel_id, conversation_id } = call.path;
    let found = api.application.sidebar_conversation(&call.caller, channel_id, conversation_id).await?;
    Ok(respond::ok(&SidebarBody::from(found)))
}
