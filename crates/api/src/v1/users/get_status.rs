use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::UserStatusBody,
    error::ApiError,
    extract::{Call, UserPath},
    respond,
};

/// How somebody wants to be seen
///
/// What a member of one's organization has set, as far as others may know.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_user_status",
    params(UserPath),
    responses(
        (status = 200, description = "What they have set", body = UserStatusBody, example = json!(UserStatusBody::sample())),
        (status = 403, description = "With an API key: it lacks the scope `users:read`"),
    ),
)]
#[get("/users/{user_id}/status")]
pub async fn get_user_status(call: Call<UserPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let status = api.application.user_status(&call.caller, call.path.user_id).await?;
    Ok(respond::ok(&UserStatusBody::from(status)))
}
