use actix_web::{HttpResponse, get, web};

use crate::{Api, dto::InvitationsBody, error::ApiError, extract::Call, paging::PageQuery, respond};

/// The open invitations
///
/// For admins: those that can still be taken; what is known of the others is removed after 30 days. Oldest to newest; without `before` and `after` the newest page.
#[utoipa::path(
    tag = "accounts",
    operation_id = "list_invitations",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of invitations, without their tokens", body = InvitationsBody,
            example = json!(InvitationsBody::sample())),
        (status = 403, description = "Not an admin; with an API key: it lacks the scope `admin`"),
    ),
)]
#[get("/invitations")]
pub async fn list_invitations(call: Call<(), PageQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let invitations = api.application.invitations(&call.caller, call.query.page).await?;
    Ok(respond::ok(&InvitationsBody::from(invitations)))
}
