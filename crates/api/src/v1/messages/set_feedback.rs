use actix_web::{HttpResponse, put, web};
use serde::Deserialize;
use stead_application::threads::NewFeedback;
use stead_domain::feedback::{FeedbackComment, Rating};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{FeedbackBody, RatingBody},
    error::ApiError,
    extract::{Body, Call, ChatPath, MessagePath, Problems, RequestBody, ThreadPath},
    respond,
};

/// What is said of an answer. Null stands for absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetFeedback)]
pub struct SetFeedbackBody {
    /// Whether it was good.
    #[serde(default)]
    #[schema(value_type = RatingBody, required = true)]
    rating: Option<RatingBody>,
    /// Why.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000)]
    comment: Option<String>,
}

impl RequestBody for SetFeedbackBody {
    type Meaning = NewFeedback;

    fn check(self, problems: &mut Problems) -> Option<NewFeedback> {
        let Self { rating, comment } = self;
        let rating = problems.required("rating", rating, |rating| Ok(Rating::from(rating)));
        let comment = problems.optional("comment", comment, FeedbackComment::parse);
        Some(NewFeedback { rating: rating?, comment })
    }
}

/// Say whether an answer was good
///
/// It replaces what was said before. It comes with the answer for the thread's person alone.
#[utoipa::path(
    tag = "messages",
    operation_id = "set_feedback",
    params(ChatPath, ThreadPath, MessagePath),
    request_body(content = SetFeedbackBody, example = json!({"rating": "up", "comment": "Short and right."})),
    responses(
        (status = 200, description = "What is said of it now", body = FeedbackBody,
            example = json!(FeedbackBody::sample())),
        (status = 400, description = "`invalid_request`: also where the message is no answer"),
        (status = 409, description = "`conflict`: others changed the thread at the same time"),
    ),
)]
#[put("/chat/{agent_id}/threads/{thread_id}/messages/{message_id}/feedback")]
pub async fn set_feedback(
    call: Call<MessagePath>,
    body: Body<SetFeedbackBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, MessagePath { agent_id, thread_id, message_id }, said) = (call.caller, call.path, body.0);
    let set = api.write(move |application| async move {
        application.set_feedback(&caller, agent_id, thread_id, message_id, said).await
    });
    Ok(respond::ok(&FeedbackBody::from(set.await?)))
}
