use actix_web::{HttpResponse, get, web};

use crate::{Api, dto::ChannelsBody, error::ApiError, extract::Call, paging::PageQuery, respond};

/// The channels one may see
///
/// The organization's public ones, and those that one is in: oldest to newest; without `before` and `after` the newest page.
#[utoipa::path(
    tag = "channels",
    operation_id = "list_channels",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of channels", body = ChannelsBody, example = json!(ChannelsBody::sample())),
    ),
)]
#[get("/channels")]
pub async fn list_channels(call: Call<(), PageQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let channels = api.application.channels(&call.caller, call.query.page).await?;
    Ok(respond::ok(&ChannelsBody::from(channels)))
}
