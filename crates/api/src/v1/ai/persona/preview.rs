use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use stead_domain::message::Content;
use utoipa::ToSchema;

use crate::{
    Api,
    dto::PreviewBody,
    error::ApiError,
    extract::{Body, Call, Problems, RequestBody, UserPath},
    respond,
    v1::ai::channels::asked,
};

/// What one would write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PreviewStandIn)]
pub struct PreviewStandInBody {
    /// The text, Markdown.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 40000)]
    message: Option<String>,
}

impl RequestBody for PreviewStandInBody {
    type Meaning = Content;

    fn check(self, problems: &mut Problems) -> Option<Content> {
        problems.required("message", self.message, asked)
    }
}

/// What somebody's agent would answer in their stead
///
/// To the caller, in the conversation of the two, from what both may read. Nothing is sent, and it does not matter whether they
/// are away.
#[utoipa::path(
    tag = "stand-ins",
    operation_id = "preview_stand_in",
    params(UserPath),
    request_body(content = PreviewStandInBody, example = json!({"message": "When are you back?"})),
    responses(
        (status = 200, description = "The answer", body = PreviewBody,
            example = json!({"content": "I am back on Monday [1].", "from_ai": true, "citations": []})),
        (status = 409, description = "`not_stood_in_for`: they do not want it; `ai_disabled` or `ai_budget_used_up`"),
        (status = 503, description = "`ai_unavailable`: the model could not answer; or `unavailable`"),
    ),
)]
#[post("/ai/persona/{user_id}")]
pub async fn preview_stand_in(
    call: Call<UserPath>,
    body: Body<PreviewStandInBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    api.application.admit_send(&call.caller)?;
    let preview = api.application.preview_stand_in(&call.caller, call.path.user_id, body.0).await?;
    Ok(respond::ok(&PreviewBody::from(preview)))
}
