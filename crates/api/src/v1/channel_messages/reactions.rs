use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::ReactorsBody,
    error::ApiError,
    extract::{Call, ChannelMessagePath},
    paging::PageQuery,
    respond,
};

/// Who reacted to a message, and with what
///
/// By the ids of the people. A deleted message has no reactions: it is not found here.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "list_reactions",
    params(ChannelMessagePath, PageQuery),
    responses(
        (status = 200, description = "A page of people", body = ReactorsBody, example = json!(ReactorsBody::sample())),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
    ),
)]
#[get("/messages/{message_id}/reactions")]
pub async fn list_reactions(
    call: Call<ChannelMessagePath, PageQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let reactors = api.application.reactors(&call.caller, call.path.message_id, call.query.page).await?;
    Ok(respond::ok(&ReactorsBody::from(reactors)))
}
