use actix_web::{HttpResponse, delete, web};

use crate::{Api, cookies, error::ApiError, extract::Call};

/// Delete oneself
///
/// One is gone at once, every token dead, address and handle free for others. One's threads and agents are removed, what
/// one wrote elsewhere is emptied; other people's threads with one's agents stay readable. With the last member goes the
/// organization.
#[utoipa::path(
    tag = "accounts",
    operation_id = "delete_me",
    responses(
        (status = 204, description = "Deleted", headers(("Set-Cookie" = String, description = "Takes both cookies away"))),
        (status = 403, description = "With an API key: this takes a sign-in"),
        (status = 409, description = "`last_owner`, or `conflict`: others changed it at the same time"),
    ),
)]
#[delete("/users/me")]
pub async fn delete_me(call: Call, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    api.write(move |application| async move { application.delete_me(&call.caller).await }).await?;
    let mut response = HttpResponse::NoContent();
    for cookie in cookies::signed_out(&api.options) {
        response.cookie(cookie);
    }
    Ok(response.finish())
}
