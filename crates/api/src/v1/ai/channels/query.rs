use actix_web::{HttpRequest, HttpResponse, http::StatusCode, post, web};
use serde::Deserialize;
use stead_application::assistant::Ask;
use stead_domain::{UserId, message::Content};
use utoipa::ToSchema;

use super::answer::{Told, told};
use crate::{
    Api,
    dto::{QueryAnswerBody, RunBody, RunEventBody, SidebarBody, SidebarMessageBody, SidebarRoleBody, file_ids, id},
    error::ApiError,
    extract::{Call, ChannelPath, IdempotencyHeader, Keyed, Problems, RequestBody},
    respond::maybe_replayed,
};

/// A question about a channel.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ChannelQuery)]
pub struct QueryBody {
    /// In words.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 40000)]
    query: Option<String>,
    /// Files that it is about, that the caller may read.
    #[serde(default)]
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 20)]
    file_ids: Option<Vec<String>>,
    /// Only what this user said is looked through.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    from_user_id: Option<String>,
}

impl RequestBody for QueryBody {
    type Meaning = Ask;

    fn check(self, problems: &mut Problems) -> Option<Ask> {
        let Self { query, file_ids: files, from_user_id } = self;
        let query = problems.required("query", query, asked);
        let file_ids = problems.optional("fileIds", files, file_ids).unwrap_or_default();
        let from_user = problems.optional("fromUserId", from_user_id, id).map(UserId::new);
        Some(Ask { query: query?, file_ids, from_user })
    }
}

/// A question says something.
pub fn asked(text: String) -> Result<Content, stead_domain::Invalid> {
    if text.trim().is_empty() {
        return Err(stead_domain::Invalid::new("must not be empty"));
    }
    Content::parse(text)
}

/// Ask about a channel
///
/// Begins a conversation beside the channel, and has its agent answer from what was said and shared in it. With
/// `Accept: text/event-stream` the answer is sent as the run's events while it is written.
#[utoipa::path(
    tag = "assistant",
    operation_id = "query_channel",
    params(ChannelPath, IdempotencyHeader),
    request_body(content = QueryBody, example = json!({"query": "When is the release?"})),
    responses(
        (status = 200, description = "The conversation and the answer; or the run's events", content(
            (QueryAnswerBody = "application/json", example = json!(QueryAnswerBody { conversation: SidebarBody::sample(), message: SidebarMessageBody::sample() })),
            (RunEventBody = "text/event-stream"),
        )),
        (status = 202, description = "The run, which goes on", body = RunBody, example = json!(RunBody::sample_running())),
        (status = 400, description = "`invalid_request`; or `context_exceeded`: the question is too long for the model"),
        (status = 403, description = "Not a member of this channel"),
        (status = 409, description = "`ai_disabled`, `ai_budget_used_up`, `idempotency_mismatch` or `conflict`"),
        (status = 503, description = "`ai_unavailable`: the model could not answer; or `unavailable`"),
    ),
)]
#[post("/ai/channels/{channel_id}/query")]
pub async fn query_channel(
    call: Call<ChannelPath>,
    asked: Keyed<QueryBody>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, ChannelPath { channel_id }) = (call.caller, call.path);
    let Keyed { body: ask, request: keyed } = asked;
    api.application.admit_send(&caller)?;
    let turn = api
        .write(move |application| async move { application.ask_channel(&caller, channel_id, ask, keyed).await })
        .await?;
    let replayed = turn.replayed;
    let answered = told(&api, &caller, channel_id, turn, &request).await.map_err(|error| error.replayed(replayed))?;
    let conversation = match answered {
        Told::Response(response) => return Ok(response),
        Told::Conversation(conversation) => conversation,
    };
    // The first answer: a repeat may come after others were asked.
    let first = conversation.messages.iter().position(|said| said.role == SidebarRoleBody::Assistant);
    let message = first.and_then(|first| conversation.messages.get(first)).map(SidebarMessageBody::again);
    let message = message.ok_or(stead_application::Error::NotFound)?;
    Ok(maybe_replayed(StatusCode::OK, replayed).json(QueryAnswerBody { conversation, message }))
}
