use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use stead_application::accounts::ProfilePatch;
use stead_domain::{
    text::{DisplayName, Handle},
    user::Bio,
};
use utoipa::ToSchema;

use crate::{
    Api,
    conditional::{IfMatch, IfMatchHeader, IfNoneMatch, tagged},
    dto::{UserBody, clearable, present},
    error::ApiError,
    extract::{Body, Call, Problems, RequestBody},
};

/// What changes of oneself; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateMe)]
pub struct UpdateMeBody {
    /// How others address them. Unique on the server, kept in lower case.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, min_length = 2, max_length = 32)]
    handle: Option<String>,
    /// What they are called.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    display_name: Option<String>,
    /// What they say of themselves; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    bio: Option<Option<String>>,
}

impl RequestBody for UpdateMeBody {
    type Meaning = ProfilePatch;

    fn check(self, problems: &mut Problems) -> Option<ProfilePatch> {
        let Self { handle, display_name, bio } = self;
        Some(ProfilePatch {
            handle: problems.optional("handle", handle, |text| Handle::parse(&text)),
            display_name: problems.optional("display_name", display_name, DisplayName::parse),
            bio: problems.clearable("bio", bio, Bio::parse),
        })
    }
}

/// Change oneself
///
/// What is absent stays.
#[utoipa::path(
    tag = "accounts",
    operation_id = "update_me",
    params(IfMatchHeader),
    request_body(content = UpdateMeBody, example = json!({"display_name": "Ann B.", "bio": null})),
    responses(
        (status = 200, description = "The user as they are now", body = UserBody, example = json!(UserBody::sample())),
        (status = 409, description = "`handle_taken`, or `conflict`: others changed it at the same time"),
    ),
)]
#[patch("/users/me")]
pub async fn update_me(
    call: Call,
    IfMatch(expected): IfMatch,
    body: Body<UpdateMeBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, patch) = (call.caller, body.0);
    let changed = api.write(move |application| async move { application.update_me(&caller, expected, patch).await });
    let me = changed.await?;
    let version = me.version;
    tagged(&UserBody::from(me), version, &IfNoneMatch::default())
}
