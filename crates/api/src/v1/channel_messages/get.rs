use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, tagged},
    dto::ChannelMessageBody,
    error::ApiError,
    extract::{Call, ChannelMessagePath},
};

/// A message of a channel
///
/// One that was deleted is there without its text.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "get_channel_message",
    params(ChannelMessagePath, IfNoneMatchHeader),
    responses(
        (status = 200, description = "The message", body = ChannelMessageBody,
            example = json!(ChannelMessageBody::sample_seen())),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
    ),
)]
#[get("/messages/{message_id}")]
pub async fn get_channel_message(
    call: Call<ChannelMessagePath>,
    known: IfNoneMatch,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let said = api.application.channel_message(&call.caller, call.path.message_id).await?;
    let version = said.message.version;
    let said = api.application.with_citations(&call.caller, said).await?;
    tagged(&ChannelMessageBody::from(said), version, &known)
}
