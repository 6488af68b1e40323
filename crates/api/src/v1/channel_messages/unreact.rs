use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, ReactionPath},
};

/// Take a reaction back
///
/// Where there is none, nothing changes.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "delete_reaction",
    params(ReactionPath),
    responses(
        (status = 204, description = "It is gone"),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
        (status = 409, description = "`conflict`: others changed the message at the same time"),
    ),
)]
#[delete("/messages/{message_id}/reactions/{emoji}")]
pub async fn delete_reaction(call: Call<ReactionPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let (caller, ReactionPath { message_id, emoji }) = (call.caller, call.path);
    api.write(move |application| async move { application.unreact(&caller, message_id, emoji).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
