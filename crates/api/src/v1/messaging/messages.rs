use actix_web::{HttpResponse, get, web};
use utoipa::IntoParams;

use super::super::channel_messages::ChannelMessagesQuery;
use crate::{
    Api,
    dto::InboxMessagesBody,
    error::ApiError,
    extract::{Call, ConversationPath, QueryParams, QueryReader},
    respond,
};

/// Whether they are read by this.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConversationMessagesQuery {
    /// `false`: nothing becomes read by this.
    #[param(value_type = bool, default = true, required = false)]
    mark_read: Option<bool>,
    /// Described by [`ChannelMessagesQuery`].
    #[param(ignore)]
    messages: ChannelMessagesQuery,
}

impl QueryParams for ConversationMessagesQuery {
    fn read(query: &mut QueryReader) -> Self {
        Self { mark_read: query.flag("mark_read"), messages: ChannelMessagesQuery::read(query) }
    }
}

/// The messages of a conversation
///
/// Oldest to newest. By this the caller has read it up to the last of these that is whole, unless `mark_read=false` says
/// otherwise, or they came with an API key that may only read. Of a conversation with an agent these are the messages of the
/// active branch. A conversation of others is not there.
#[utoipa::path(
    tag = "messaging",
    operation_id = "list_conversation_messages",
    params(ConversationPath, ChannelMessagesQuery, ConversationMessagesQuery),
    responses(
        (status = 200, description = "A page of messages", body = InboxMessagesBody,
            example = json!(InboxMessagesBody::sample())),
    ),
)]
#[get("/messaging/conversations/{conversation_id}/messages")]
pub async fn list_conversation_messages(
    call: Call<ConversationPath, ConversationMessagesQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, id) = (call.caller, call.path.conversation_id);
    let (asked, mark_read) = (call.query.messages.asked(), call.query.mark_read.unwrap_or(true));
    let messages =
        api.write(move |application| async move { application.inbox_messages(&caller, id, asked, mark_read).await });
    let messages = api.application.with_citations(&caller, messages.await?).await?;
    Ok(respond::ok(&InboxMessagesBody::from(messages)))
}
