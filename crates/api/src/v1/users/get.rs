use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, tagged},
    dto::UserBody,
    error::ApiError,
    extract::{Call, UserPath},
};

/// A member of one's organization
///
/// The e-mail address of others is for admins; so are the deactivated.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_user",
    params(UserPath, IfNoneMatchHeader),
    responses(
        (status = 200, description = "The user", body = UserBody, example = json!(UserBody::sample())),
        (status = 403, description = "With an API key: it lacks the scope `users:read`"),
    ),
)]
#[get("/users/{user_id}")]
pub async fn get_user(call: Call<UserPath>, known: IfNoneMatch, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let user = api.application.user(&call.caller, call.path.user_id).await?;
    let version = user.version;
    tagged(&UserBody::from(user), version, &known)
}
