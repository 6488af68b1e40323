use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use stead_application::accounts::NewInvitation;
use stead_domain::{text::Email, user::OrganizationRole};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{InvitationBody, RoleBody, time},
    error::ApiError,
    extract::{Call, IdempotencyHeader, Keyed, Problems, RequestBody},
    respond,
};

/// An invitation to be made. Null stands for absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateInvitation)]
pub struct CreateInvitationBody {
    /// Who is invited: only this address can take it. Default: whoever has the token.
    #[serde(default)]
    #[schema(format = "email", max_length = 254)]
    email: Option<String>,
    /// What they will be. Default: `member`.
    #[serde(default)]
    role: Option<RoleBody>,
    /// Until when it is good: at most 90 days from now. Default: 7 days from now.
    #[serde(default)]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl RequestBody for CreateInvitationBody {
    type Meaning = NewInvitation;

    fn check(self, problems: &mut Problems) -> Option<NewInvitation> {
        let Self { email, role, expires_at } = self;
        Some(NewInvitation {
            email: problems.optional("email", email, |text| Email::parse(&text)),
            role: role.map_or(OrganizationRole::Member, Into::into),
            expires_at: problems.optional("expires_at", expires_at, time),
        })
    }
}

/// Invite somebody
///
/// For admins; owners are invited by owners alone. The answer's `token` is what register takes as `invitation`, once; a
/// repeat of the request answers without it.
#[utoipa::path(
    tag = "accounts",
    operation_id = "create_invitation",
    params(IdempotencyHeader),
    request_body(content = CreateInvitationBody, example = json!({"email": "bob@example.org", "role": "member"})),
    responses(
        (status = 201, description = "The invitation", body = InvitationBody,
            example = json!(InvitationBody::sample_shown())),
        (status = 403, description = "Not an admin, or of an owner not an owner; with an API key: it lacks the scope `admin`"),
        (status = 404, description = "A repeat, and the invitation that the first request made is withdrawn"),
        (status = 409, description = "`idempotency_mismatch`"),
    ),
)]
#[post("/invitations")]
pub async fn create_invitation(
    call: Call,
    new: Keyed<CreateInvitationBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, Keyed { body, request }) = (call.caller, new);
    let made = api.write(move |application| async move { application.invite(&caller, body, request).await }).await?;
    let replayed = made.token.is_none();
    Ok(respond::created(&InvitationBody::from(made.invitation).showing(made.token.as_ref()), None, replayed))
}
