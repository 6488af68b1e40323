use actix_web::{HttpResponse, get, web};

use super::super::channel_messages::ChannelMessagesQuery;
use crate::{
    Api,
    dto::InboxMessagesBody,
    error::ApiError,
    extract::{Call, ConversationPath},
    respond,
};

/// The messages of others to one's agent
///
/// Oldest to newest; none where the agent's `owner_visibility` is `metadata`. Nothing becomes read, and that it was looked at
/// is kept in the audit log.
#[utoipa::path(
    tag = "messaging",
    operation_id = "list_agent_conversation_messages",
    params(ConversationPath, ChannelMessagesQuery),
    responses(
        (status = 200, description = "A page of messages", body = InboxMessagesBody,
            example = json!(InboxMessagesBody::sample())),
    ),
)]
#[get("/messaging/agent-conversations/{conversation_id}/messages")]
pub async fn list_agent_conversation_messages(
    call: Call<ConversationPath, ChannelMessagesQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, id) = (call.caller, call.path.conversation_id);
    let (at, limit) = call.query.asked();
    let read = api
        .write(move |application| async move { application.agent_conversation_messages(&caller, id, at, limit).await });
    let read = api.application.with_citations(&caller, read.await?).await?;
    Ok(respond::ok(&InboxMessagesBody::from(read)))
}
