use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::ConnectionStatusBody,
    error::ApiError,
    extract::{Call, UserPath},
    respond,
};

/// Whether a member of one's organization is there
///
/// Somebody is `online` while a WebSocket or an event stream of theirs is open and they do something: opening it counts, and
/// the frame `presence`. After five minutes without they are `away`, thirty seconds after the last connection closed
/// `offline`. Other requests make nobody online. What they have set counts too: see `status`.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_connection_status",
    params(UserPath),
    responses(
        (status = 200, description = "Whether they are there", body = ConnectionStatusBody,
            example = json!(ConnectionStatusBody::sample())),
        (status = 403, description = "With an API key: it lacks the scope `users:read`"),
    ),
)]
#[get("/users/{user_id}/connection-status")]
pub async fn get_connection_status(call: Call<UserPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let view = api.application.connection_status(&call.caller, call.path.user_id).await?;
    Ok(respond::ok(&ConnectionStatusBody::from(view)))
}
