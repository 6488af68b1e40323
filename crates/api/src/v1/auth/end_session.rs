use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, SessionPath},
};

/// End one of one's sign-ins
///
/// Its tokens are dead at once on the node that answers, and within a second on every other.
#[utoipa::path(
    tag = "accounts",
    operation_id = "end_session",
    params(SessionPath),
    responses(
        (status = 204, description = "Ended"),
        (status = 403, description = "With an API key: this takes a sign-in"),
    ),
)]
#[delete("/auth/sessions/{session_id}")]
pub async fn end_session(call: Call<SessionPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    api.write(move |application| async move { application.end_own_session(&caller, path.session_id).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
