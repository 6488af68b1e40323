use actix_web::{HttpResponse, post, web};

use crate::{
    Api, cookies,
    error::ApiError,
    extract::{Call, Nothing, OptionalBody},
};

/// Sign out
///
/// Ends this sign-in: its tokens are dead at once, and the cookies are taken away.
#[utoipa::path(
    tag = "accounts",
    operation_id = "logout",
    responses((status = 204, description = "Signed out",
        headers(("Set-Cookie" = String, description = "Takes both cookies away")))),
)]
#[post("/auth/logout")]
pub async fn logout(call: Call, _: OptionalBody<Nothing>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    api.write(move |application| async move { application.logout(&call.caller).await }).await?;
    let mut response = HttpResponse::NoContent();
    for cookie in cookies::signed_out(&api.options) {
        response.cookie(cookie);
    }
    Ok(response.finish())
}
