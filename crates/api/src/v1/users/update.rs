use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use serde_json::Number;
use stead_application::accounts::UserPatch;
use stead_domain::organization::TokenBudget;
use utoipa::ToSchema;

use crate::{
    Api,
    conditional::{IfMatch, IfMatchHeader, IfNoneMatch, tagged},
    dto::{RoleBody, UserBody, clearable, present, whole_number},
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
    /// How many tokens agents may use for them in a calendar month in UTC, those of prompts and answers together. When so many
    /// were used, what they ask of an agent is refused with `ai_budget_used_up`. Null: as the organization says for everybody.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000_000_i64)]
    ai_budget: Option<Option<Number>>,
}

impl RequestBody for UpdateUserBody {
    type Meaning = UserPatch;

    fn check(self, problems: &mut Problems) -> Option<UserPatch> {
        let Self { role, deactivated, ai_budget } = self;
        let tokens = |number: Number| TokenBudget::parse(whole_number(&number)?);
        let ai_budget = problems.clearable("ai_budget", ai_budget, tokens);
        Some(UserPatch { role: role.map(Into::into), deactivated, ai_budget })
    }
}

/// Change a member's role or budget, or deactivate them
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
