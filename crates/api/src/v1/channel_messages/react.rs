use actix_web::{HttpResponse, put, web};

use crate::{
    Api,
    dto::ReactionBody,
    error::ApiError,
    extract::{Call, Nothing, OptionalBody, ReactionPath},
    respond,
};

/// React to a message
///
/// To do so again changes nothing.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "put_reaction",
    params(ReactionPath),
    responses(
        (status = 200, description = "How people reacted with that emoji", body = ReactionBody,
            example = json!(ReactionBody::sample())),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
        (status = 409, description = "`too_many_reactions`: people have reacted with 100 different emoji; or `conflict`: \
            others changed the message at the same time"),
    ),
)]
#[put("/messages/{message_id}/reactions/{emoji}")]
pub async fn put_reaction(
    call: Call<ReactionPath>,
    _: OptionalBody<Nothing>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, ReactionPath { message_id, emoji }) = (call.caller, call.path);
    let reactions =
        api.write(move |application| async move { application.react(&caller, message_id, emoji).await }).await?;
    Ok(respond::ok(&ReactionBody::from(reactions)))
}
