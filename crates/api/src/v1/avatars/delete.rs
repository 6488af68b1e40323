use actix_web::{HttpResponse, delete, web};

use crate::{Api, error::ApiError, extract::Call};

/// Take one's picture away
///
/// Fine without one, too.
#[utoipa::path(
    tag = "accounts",
    operation_id = "delete_avatar",
    responses(
        (status = 204, description = "There is none any more"),
        (status = 409, description = "`conflict`: others changed it at the same time"),
    ),
)]
#[delete("/users/me/avatar")]
pub async fn delete_avatar(call: Call, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let caller = call.caller;
    api.write(move |application| async move { application.remove_avatar(&caller).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
