use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{ApiKeyPath, Call},
};

/// Revoke an API key
///
/// One's own or, for admins, one of the organization's. It is dead at once on the node that answers, and within a second on
/// every other.
#[utoipa::path(
    tag = "accounts",
    operation_id = "delete_api_key",
    params(ApiKeyPath),
    responses((status = 204, description = "Revoked")),
)]
#[delete("/api-keys/{api_key_id}")]
pub async fn delete_api_key(call: Call<ApiKeyPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    api.write(move |application| async move { application.revoke_api_key(&caller, path.api_key_id).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
