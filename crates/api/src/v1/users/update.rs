use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use stead_application::accounts::UserPatch;
use utoipa::ToSchema;

use crate::{
    Api,
    conditional::{IfMatch, IfMatchHeader, IfNoneMatch, tagged},
    dto::{RoleBody, UserBody, present},
    error::ApiError,
    extract::{Body, Call, Problems, RequestBody, UserPath},
};

/// What changes of a member; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateUser)]
pub struct UpdateUserBody {
    /// What they may do in the organization.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = RoleBody)]
    role: Option<RoleBody>,
    /// Whether they may no longer sign in.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    deactivated: Option<bool>,
}

impl RequestBody for UpdateUserBody {
    type Meaning = UserPatch;

    fn check(self, _: &mut Problems) -> Option<UserPatch> {
        let Self { role, deactivated } = self;
        Some(UserPatch { role: role.map(Into::into), deactivated })
    }
}

/// Change a member's role, or deactivate them
///
/// For admins; owners are changed and made by owners alone. Of who is deactivated every sign-in ends: at once on the node
/// that answers, within a second on every other.
#[utoipa::path(
    tag = "accounts",
    operation_id = "update_user",
    params(UserPath, IfMatchHeader),
    request_body(content = UpdateUserBody, example = json!({"role": "admin"})),
    responses(
        (status = 200, description = "The user as they are now", body = UserBody, example = json!(UserBody::sample())),
        (status = 403, description = "Not an admin, or where an owner is concerned not an owner; with an API key: it lacks \
            the scope `admin`"),
        (status = 409, description = "`last_owner`, or `conflict`: others changed them at the same time"),
    ),
)]
#[patch("/users/{user_id}")]
pub async fn update_user(
    call: Call<UserPath>,
    IfMatch(expected): IfMatch,
    body: Body<UpdateUserBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, id, patch) = (call.caller, call.path.user_id, body.0);
    let changed =
        api.write(move |application| async move { application.update_user(&caller, id, expected, patch).await });
    let user = changed.await?;
    let version = user.version;
    tagged(&UserBody::from(user), version, &IfNoneMatch::default())
}
