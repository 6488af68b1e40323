use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, InvitationPath},
};

/// Withdraw an invitation
///
/// For admins. One that was taken, or withdrawn before, is not found.
#[utoipa::path(
    tag = "accounts",
    operation_id = "delete_invitation",
    params(InvitationPath),
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 403, description = "Not an admin; with an API key: it lacks the scope `admin`"),
    ),
)]
#[delete("/invitations/{invitation_id}")]
pub async fn delete_invitation(call: Call<InvitationPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let Call { caller, path, query: () } = call;
    let withdrawn =
        api.write(move |application| async move { application.withdraw_invitation(&caller, path.invitation_id).await });
    withdrawn.await?;
    Ok(HttpResponse::NoContent().finish())
}
