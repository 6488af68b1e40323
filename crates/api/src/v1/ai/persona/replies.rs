use actix_web::{HttpResponse, get, web};
use stead_domain::Timestamp;
use utoipa::IntoParams;

use crate::{
    Api,
    dto::ChannelMessagesBody,
    error::ApiError,
    extract::{Call, QueryParams, QueryReader},
    paging::PageQuery,
    respond,
};

/// Which of them.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RepliesQuery {
    /// Not before; absent: from the beginning.
    #[param(value_type = crate::dto::Time, required = false)]
    since: Option<Timestamp>,
    /// Which part of the list.
    #[param(ignore)]
    page: PageQuery,
}

impl QueryParams for RepliesQuery {
    fn read(query: &mut QueryReader) -> Self {
        Self { since: query.time("since"), page: PageQuery::read(query) }
    }
}

/// What was said in one's stead
///
/// Oldest to newest, in conversations that one is still in: to keep, to edit (`PATCH /messages/{id}`) or to retract
/// (`DELETE /messages/{id}`).
#[utoipa::path(
    tag = "stand-ins",
    operation_id = "list_my_stand_in_replies",
    params(RepliesQuery, PageQuery),
    responses((status = 200, description = "A page of messages", body = ChannelMessagesBody,
        example = json!(ChannelMessagesBody::sample()))),
)]
#[get("/ai/persona/me/replies")]
pub async fn list_my_stand_in_replies(
    call: Call<(), RepliesQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let RepliesQuery { since, page } = call.query;
    let since = since.unwrap_or(Timestamp::EPOCH);
    let said = api.application.said_in_my_stead(&call.caller, since, page.page).await?;
    let said = api.application.with_citations(&call.caller, said).await?;
    Ok(respond::ok(&ChannelMessagesBody::from(said)))
}
