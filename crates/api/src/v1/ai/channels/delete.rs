use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, SidebarPath},
};

/// Delete a conversation beside a channel
///
/// It is gone at once with all its messages.
#[utoipa::path(
    tag = "assistant",
    operation_id = "delete_channel_conversation",
    params(SidebarPath),
    responses(
        (status = 204, description = "Deleted"),
        (status = 400, description = "Conversation does not belong to this channel"),
        (status = 403, description = "Not a member of this channel"),
    ),
)]
#[delete("/ai/channels/{channel_id}/conversations/{conversation_id}")]
pub async fn delete_channel_conversation(
    call: Call<SidebarPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, SidebarPath { channel_id, conversation_id }) = (call.caller, call.path);
    let delete = move |application: stead_application::Application| async move {
        application.delete_sidebar(&caller, channel_id, conversation_id).await
    };
    api.write(delete).await?;
    Ok(HttpResponse::NoContent().finish())
}
