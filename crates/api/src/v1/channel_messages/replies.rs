use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::ChannelMessagesBody,
    error::ApiError,
    extract::{Call, ChannelMessagePath},
    paging::PageQuery,
    respond,
};

/// The replies to a message
///
/// Oldest to newest. Deleted ones keep their places, and a deleted message keeps its replies.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "list_replies",
    params(ChannelMessagePath, PageQuery),
    responses(
        (status = 200, description = "A page of messages", body = ChannelMessagesBody,
            example = json!(ChannelMessagesBody::sample())),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
    ),
)]
#[get("/messages/{message_id}/replies")]
pub async fn list_replies(
    call: Call<ChannelMessagePath, PageQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let replies = api.application.replies(&call.caller, call.path.message_id, call.query.page).await?;
    let replies = api.application.with_citations(&call.caller, replies).await?;
    Ok(respond::ok(&ChannelMessagesBody::from(replies)))
}
