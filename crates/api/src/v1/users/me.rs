use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, tagged},
    dto::UserBody,
    error::ApiError,
    extract::Call,
};

/// Oneself
///
/// The user whose token or cookie it is. Also at `/user/me`.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_me",
    params(IfNoneMatchHeader),
    responses((status = 200, description = "The user", body = UserBody, example = json!(UserBody::sample()))),
)]
#[get("/users/me")]
pub async fn get_me(call: Call, known: IfNoneMatch, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let me = api.application.me(&call.caller).await?;
    let version = me.version;
    tagged(&UserBody::from(me), version, &known)
}
