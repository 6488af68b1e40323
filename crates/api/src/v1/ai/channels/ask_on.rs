use actix_web::{HttpRequest, HttpResponse, http::StatusCode, post, web};
use serde::Deserialize;
use stead_application::assistant::Ask;
use stead_domain::{Invalid, UserId};
use utoipa::ToSchema;

use super::{
    answer::{Told, told},
    query::asked,
};
use crate::{
    Api,
    dto::{RunBody, RunEventBody, SidebarBody, file_ids, id},
    error::ApiError,
    extract::{Call, IdempotencyHeader, Keyed, Problems, RequestBody, SidebarPath},
    respond::maybe_replayed,
};

/// Another question in a conversation beside a channel.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ChannelConversationQuestion)]
pub struct QuestionBody {
    /// In words.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 40000)]
    content: Option<String>,
    /// Who asks: `user`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^user$")]
    role: Option<String>,
    /// Files that it is about, that the caller may read.
    #[serde(default)]
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 20)]
    file_ids: Option<Vec<String>>,
    /// Only what this user said is looked through.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    from_user_id: Option<String>,
}

impl RequestBody for QuestionBody {
    type Meaning = Ask;

    fn check(self, problems: &mut Problems) -> Option<Ask> {
        let Self { content, role, file_ids: files, from_user_id } = self;
        let query = problems.required("content", content, asked);
        let is_user = |role: String| if role == "user" { Ok(()) } else { Err(Invalid::new("must be `user`")) };
        problems.optional("role", role, is_user);
        let file_ids = problems.optional("fileIds", files, file_ids).unwrap_or_default();
        let from_user = problems.optional("fromUserId", from_user_id, id).map(UserId::new);
        Some(Ask { query: query?, file_ids, from_user })
    }
}

/// Ask on beside a channel
///
/// The whole conversation is told to the agent, and what may matter is looked up again. With `Accept: text/event-stream` the
/// answer is sent as the run's events while it is written.
#[utoipa::path(
    tag = "assistant",
    operation_id = "continue_channel_conversation",
    params(SidebarPath, IdempotencyHeader),
    request_body(content = QuestionBody, example = json!({"content": "And who is in charge?", "role": "user"})),
    responses(
        (status = 200, description = "The conversation, with the answer; or the run's events", content(
            (SidebarBody = "application/json", example = json!(SidebarBody::sample())),
            (RunEventBody = "text/event-stream"),
        )),
        (status = 202, description = "The run, which goes on", body = RunBody, example = json!(RunBody::sample_running())),
        (status = 400, description = "`invalid_request`, also for a conversation that does not belong to this channel; or \
            `context_exceeded`: the question is too long for the model"),
        (status = 403, description = "Not a member of this channel"),
        (status = 409, description = "`ai_disabled`, `ai_budget_used_up`, `agent_deleted`, `thread_busy`, \
            `idempotency_mismatch` or `conflict`"),
        (status = 503, description = "`ai_unavailable`: the model could not answer; or `unavailable`"),
    ),
)]
#[post("/ai/channels/{channel_id}/conversations/{conversation_id}/messages")]
pub async fn continue_channel_conversation(
    call: Call<SidebarPath>,
    asked: Keyed<QuestionBody>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, SidebarPath { channel_id, conversation_id }) = (call.caller, call.path);
    let Keyed { body: ask, request: keyed } = asked;
    api.application.admit_send(&caller)?;
    let turn = api
        .write(move |application| async move {
            application.ask_on(&caller, (channel_id, conversation_id), ask, keyed).await
        })
        .await?;
    let replayed = turn.replayed;
    let answered = told(&api, &caller, channel_id, turn, &request).await.map_err(|error| error.replayed(replayed))?;
    match answered {
        Told::Response(response) => Ok(response),
        Told::Conversation(conversation) => Ok(maybe_replayed(StatusCode::OK, replayed).json(conversation)),
    }
}
