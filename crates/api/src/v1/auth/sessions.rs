use actix_web::{HttpResponse, get, web};

use crate::{Api, dto::SessionsBody, error::ApiError, extract::Call, paging::PageQuery, respond};

/// One's sign-ins
///
/// Those that are not over, the one of this request marked; what is known of the others is removed after 30 days. Oldest to newest; without `before` and `after` the newest page.
#[utoipa::path(
    tag = "accounts",
    operation_id = "list_sessions",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of sign-ins", body = SessionsBody, example = json!(SessionsBody::sample())),
        (status = 403, description = "With an API key: this takes a sign-in"),
    ),
)]
#[get("/auth/sessions")]
pub async fn list_sessions(call: Call<(), PageQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let sessions = api.application.sessions(&call.caller, call.query.page).await?;
    Ok(respond::ok(&SessionsBody::from(sessions)))
}
