use actix_web::{HttpResponse, get, web};

use crate::{Api, dto::ApiKeysBody, error::ApiError, extract::Call, paging::PageQuery, respond};

/// One's API keys
///
/// One's own and, for admins, the organization's; expired ones for 30 more days, revoked ones not. Oldest to newest;
/// without `before` and `after` the newest page.
#[utoipa::path(
    tag = "accounts",
    operation_id = "list_api_keys",
    params(PageQuery),
    responses((status = 200, description = "A page of keys, without their secrets", body = ApiKeysBody,
        example = json!(ApiKeysBody::sample()))),
)]
#[get("/api-keys")]
pub async fn list_api_keys(call: Call<(), PageQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let keys = api.application.api_keys(&call.caller, call.query.page).await?;
    Ok(respond::ok(&ApiKeysBody::from(keys)))
}
