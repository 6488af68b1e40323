use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::{MyChannelBody, MyChannelsBody},
    error::ApiError,
    extract::Call,
    respond,
};

/// The channels one is in
///
/// All of them, with what is new in each, and no messages.
#[utoipa::path(
    tag = "channels",
    operation_id = "my_channels",
    responses(
        (status = 200, description = "The channels", body = MyChannelsBody, example = json!(MyChannelsBody::sample())),
    ),
)]
#[get("/channels/me")]
pub async fn my_channels(call: Call, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let mine = api.application.my_channels(&call.caller).await?;
    Ok(respond::ok(&MyChannelsBody { channels: mine.into_iter().map(MyChannelBody::from).collect() }))
}
