use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::SummaryBody,
    error::ApiError,
    extract::{Call, MessageInChannelPath},
    respond,
};

/// What was replied to a message
///
/// The message and its replies in short, in the shape that summaries of channels have.
#[utoipa::path(
    tag = "assistant",
    operation_id = "summarize_replies",
    params(MessageInChannelPath),
    responses(
        (status = 200, description = "The summary", body = SummaryBody, example = json!({
            "summary": "**Thread** (4 messages from 2 people)\n\n- **Release:** Ann moves it to Monday [3].",
            "citations": [{"n": 3, "kind": "message", "id": "0197a3c4-5d6e-7f80-9a1b-000000000009", "cited": true}],
        })),
        (status = 400, description = "The message is of another channel"),
        (status = 403, description = "Not a member of this channel"),
        (status = 409, description = "`ai_disabled` or `ai_budget_used_up`"),
        (status = 503, description = "`ai_unavailable`: the model could not answer; or `unavailable`"),
    ),
)]
#[get("/ai/channels/{channel_id}/messages/{message_id}/summarize")]
pub async fn summarize_replies(
    call: Call<MessageInChannelPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, MessageInChannelPath { channel_id, message_id }) = (call.caller, call.path);
    api.application.admit_send(&caller)?;
    let summary = api.application.summarize_replies(&caller, channel_id, message_id).await?;
    Ok(respond::ok(&SummaryBody::from(summary)))
}
