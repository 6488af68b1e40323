use actix_web::{HttpResponse, get, web};
use stead_domain::page::PageLimit;
use utoipa::IntoParams;

use crate::{
    Api,
    dto::MessageEditsBody,
    error::ApiError,
    extract::{Call, ChannelMessagePath, QueryParams, QueryReader},
    respond,
};

/// Which of the texts that a message had.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EditsQuery {
    /// At most so many.
    #[param(minimum = 1, maximum = 100, default = 50, value_type = u32, required = false)]
    limit: PageLimit,
    /// Those right before this version; absent: the newest.
    #[param(minimum = 1, maximum = 4294967295_u64, value_type = u32, required = false)]
    before: Option<i64>,
}

impl QueryParams for EditsQuery {
    fn read(query: &mut QueryReader) -> Self {
        let before = query.number("before", 1..=u32::MAX, 0);
        Self { limit: query.page_limit(), before: Some(i64::from(before)).filter(|before| *before > 0) }
    }
}

/// What a message said before it was edited
///
/// Oldest to newest.
#[utoipa::path(
    tag = "channel messages",
    operation_id = "list_message_edits",
    params(ChannelMessagePath, EditsQuery),
    responses(
        (status = 200, description = "Some of its texts", body = MessageEditsBody,
            example = json!(MessageEditsBody::sample())),
        (status = 403, description = "The caller is no member; with an API key: it lacks the scope that the operation takes"),
    ),
)]
#[get("/messages/{message_id}/edits")]
pub async fn list_message_edits(
    call: Call<ChannelMessagePath, EditsQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let EditsQuery { limit, before } = call.query;
    let (edits, has_older) = api.application.message_edits(&call.caller, call.path.message_id, before, limit).await?;
    Ok(respond::ok(&MessageEditsBody::new(edits, has_older)))
}
