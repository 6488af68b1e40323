use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use stead_domain::{Invalid, message::Content};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::InboxMessageBody,
    error::ApiError,
    extract::{Call, ConversationPath, IdempotencyHeader, Keyed, Problems, RequestBody},
    respond,
};

/// A message for a conversation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PostConversationMessage)]
pub struct PostConversationMessageBody {
    /// The text, Markdown.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 40000)]
    content: Option<String>,
}

impl RequestBody for PostConversationMessageBody {
    type Meaning = Content;

    fn check(self, problems: &mut Problems) -> Option<Content> {
        problems.required("content", self.content, |text| {
            if text.is_empty() { Err(Invalid::new("must have at least 1 characters")) } else { Content::parse(text) }
        })
    }
}

/// Send a message in a conversation
///
/// It is answered as soon as it is stored. What the agent says to it, or whoever stands in for the other, follows as a message
/// and an event of its own. Files, replies and the rest of a message go through the paths of channels and threads.
#[utoipa::path(
    tag = "messaging",
    operation_id = "post_conversation_message",
    params(ConversationPath, IdempotencyHeader),
    request_body(content = PostConversationMessageBody, example = json!({"content": "Hello, how are you?"})),
    responses(
        (status = 201, description = "The caller's message", body = InboxMessageBody,
            example = json!(InboxMessageBody::sample())),
        (status = 403, description = "With an API key: it lacks the scope that the operation takes, with an agent \
            `threads:write` too"),
        (status = 409, description = "`idempotency_mismatch`; with an agent also `ai_disabled`, `ai_budget_used_up`, \
            `agent_deleted`, `thread_busy`, or `conflict`: others changed the thread at the same time"),
    ),
)]
#[post("/messaging/conversations/{conversation_id}/messages")]
pub async fn post_conversation_message(
    call: Call<ConversationPath>,
    posted: Keyed<PostConversationMessageBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, id, Keyed { body, request }) = (call.caller, call.path.conversation_id, posted);
    api.application.admit_send(&caller)?;
    let made = api.write(move |application| async move { application.post_to_inbox(&caller, id, body, request).await });
    let made = made.await?;
    Ok(respond::created(&InboxMessageBody::from(made.value), None, made.replayed))
}
