use actix_web::{HttpResponse, put, web};
use serde::Deserialize;
use stead_application::presence::StatusPatch;
use stead_domain::{emoji::Emoji, status::StatusText};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{StatusModeBody, UserStatusBody, clearable, present, time},
    error::ApiError,
    extract::{Body, Call, Problems, RequestBody, UserPath},
    respond,
};

/// What one sets of oneself; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetUserStatus)]
pub struct SetUserStatusBody {
    /// How one wants to be seen.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = StatusModeBody)]
    status: Option<StatusModeBody>,
    /// What one is doing; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    text: Option<Option<String>>,
    /// The same in one emoji; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, min_length = 1)]
    emoji: Option<Option<String>>,
    /// Until when the above holds, in the future; then it is `auto` without text and emoji. Null: until it is changed.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Option<String>>,
    /// Whether one's AI may answer while one is not there.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    ai_replies: Option<bool>,
}

impl RequestBody for SetUserStatusBody {
    type Meaning = StatusPatch;

    fn check(self, problems: &mut Problems) -> Option<StatusPatch> {
        let Self { status, text, emoji, expires_at, ai_replies } = self;
        Some(StatusPatch {
            mode: status.map(Into::into),
            text: problems.clearable("text", text, StatusText::parse),
            emoji: problems.clearable("emoji", emoji, |emoji| Emoji::parse(&emoji)),
            expires_at: problems.clearable("expires_at", expires_at, time),
            ai_replies,
        })
    }
}

/// Set one's own status
///
/// What is absent stays. Who is `invisible` is offline to others, and nothing of what they do meanwhile is shown.
#[utoipa::path(
    tag = "accounts",
    operation_id = "set_user_status",
    params(UserPath),
    request_body(content = SetUserStatusBody, example = json!({
        "status": "do_not_disturb", "text": "In a meeting", "emoji": "🗓️", "expires_at": "2999-01-31T13:00:00.000000Z"
    })),
    responses(
        (status = 200, description = "What is set now", body = UserStatusBody, example = json!(UserStatusBody::sample())),
        (status = 403, description = "It is somebody else's; with an API key: it lacks the scope `users:write`"),
        (status = 409, description = "`conflict`: others changed it at the same time"),
    ),
)]
#[put("/users/{user_id}/status")]
pub async fn set_user_status(
    call: Call<UserPath>,
    body: Body<SetUserStatusBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, user, patch) = (call.caller, call.path.user_id, body.0);
    let set = api.write(move |application| async move { application.set_status(&caller, user, patch).await });
    Ok(respond::ok(&UserStatusBody::from(set.await?)))
}
