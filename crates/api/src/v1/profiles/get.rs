use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::ProfileBody,
    error::ApiError,
    extract::{HandlePath, OpenCall},
    respond,
};

/// A person's public profile
///
/// For anybody, without credentials.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_profile",
    params(HandlePath),
    responses((status = 200, description = "The profile", body = ProfileBody, example = json!(ProfileBody::sample()))),
    security(())
)]
#[get("/profiles/{handle}")]
pub async fn get_profile(call: OpenCall<HandlePath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let profile = api.application.profile(&call.path.handle).await?;
    Ok(respond::ok(&ProfileBody::from(profile)))
}
