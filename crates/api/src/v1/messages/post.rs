use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use serde_json::Value;
use stead_application::{threads::ImportedRole, turn::NewMessage};
use stead_domain::{
    Invalid, Json, MessageId,
    message::{Content, ContentHtml},
};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Form, answer};
use crate::{
    Api,
    dto::{MessageBody, MessageRoleBody, RunBody, RunEventBody, file_ids, id, metadata},
    error::ApiError,
    extract::{Call, ChatPath, IdempotencyHeader, Keyed, Problems, RequestBody, ThreadPath},
    respond,
};

/// A message to an agent. Null stands for absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PostMessage)]
pub struct PostMessageBody {
    /// The text, Markdown. Not empty, unless files come with it.
    #[serde(default)]
    #[schema(value_type = String, required = true, max_length = 40000)]
    content: Option<String>,
    /// The text as HTML, which is cleaned; absent: made from the text.
    #[serde(default)]
    #[schema(max_length = 160000)]
    content_html: Option<String>,
    /// Who says it. Default: `user`; any other takes an API key with the scope `threads:import`.
    #[serde(default)]
    role: Option<MessageRoleBody>,
    /// What the client keeps with it: at most 16 KiB, nested no deeper than 64, without NUL characters.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    /// Files that the message is about, that the caller may read.
    #[serde(default)]
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 20)]
    file_ids: Option<Vec<String>>,
    /// The message of this thread that it follows. The branch that it so continues, or begins, is the active one from then
    /// on. Absent: the newest message of the active branch.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    parent_id: Option<String>,
}

impl RequestBody for PostMessageBody {
    /// With whose words it has, where it is to be imported.
    type Meaning = (Option<ImportedRole>, NewMessage);

    fn check(self, problems: &mut Problems) -> Option<Self::Meaning> {
        let Self { content, content_html, role, metadata: kept, file_ids: files, parent_id } = self;
        let has_files = files.as_ref().is_some_and(|files| !files.is_empty());
        let said = |text| Content::parse(text).and_then(|content| not_empty(content, has_files));
        let content = problems.required("content", content, said);
        let file_ids = problems.optional("file_ids", files, file_ids).unwrap_or_default();
        let parent = problems.optional("parent_id", parent_id, id).map(MessageId::new);
        let content_html = problems.optional("content_html", content_html, ContentHtml::parse);
        let kept = problems.optional("metadata", kept, metadata).unwrap_or_else(Json::empty);
        let imported = match role.unwrap_or(MessageRoleBody::User) {
            MessageRoleBody::User => None,
            MessageRoleBody::Assistant => Some(ImportedRole::Assistant),
            MessageRoleBody::System => Some(ImportedRole::System),
        };
        Some((imported, NewMessage { content: content?, content_html, metadata: kept, file_ids, parent }))
    }
}

fn not_empty(content: Content, has_files: bool) -> Result<Content, Invalid> {
    if content.as_str().is_empty() && !has_files {
        return Err(Invalid::new("must have at least 1 characters"));
    }
    Ok(content)
}

/// How the answer is wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct PreferHeader {
    /// `respond-async`: 202 with the run at once. Other preferences are ignored.
    #[param(rename = "Prefer", value_type = String, required = false, example = "respond-async")]
    prefer: (),
}

/// Say something to an agent
///
/// Stores the message and has the agent answer it. The answer comes in the form that is asked for: waited for and sent as
/// JSON (201, or 202 with the run when it takes too long), with `Accept: text/event-stream` as the run's events while it
/// is written, with `Prefer: respond-async` as the run alone (202). A client that leaves does not end the run. While an
/// answer is being written, up to ten more messages queue. A repeat with the same key attaches to the run that the first
/// request began, and begins it again if it failed.
///
/// When what the request came with is good no longer while it waits (its sign-in was ended, its key revoked or expired, its
/// user deactivated or deleted), a stream breaks off with nothing after, and who waits for JSON gets 401. The run goes on.
///
/// With `parent_id` a thread branches: a message after an older one makes what followed that one inactive. It is kept, and
/// shown with `branches=all`. A run answers on the branch of its own message, whichever is active meanwhile.
///
/// A message with the role `assistant` or `system` is imported: with the scope `threads:import`, which only API keys have,
/// it is stored and answered as it is (201), without a run, whatever form is asked for.
#[utoipa::path(
    tag = "messages",
    operation_id = "post_message",
    params(ChatPath, ThreadPath, IdempotencyHeader, PreferHeader),
    request_body(content = PostMessageBody, example = json!({"content": "What is a *stead*?"})),
    responses(
        (status = 200, description = "The run's events, from the beginning to its end", body = RunEventBody,
            content_type = "text/event-stream"),
        (status = 201, description = "The agent's answer; or the message that was imported", body = MessageBody,
            example = json!(MessageBody::sample_answer())),
        (status = 202, description = "The run, which goes on",
            headers(("Location" = String, description = "Where the run is"),
                ("Preference-Applied" = String, description = "`respond-async`, where it was asked for")),
            body = RunBody, example = json!(RunBody::sample_running())),
        (status = 400, description = "`invalid_request`; or `context_exceeded`: the message is too long for the model, it \
            is kept without an answer"),
        (status = 403, description = "A role other than `user` without the scope `threads:import`; with an API key: it \
            lacks the scope that the operation takes"),
        (status = 409, description = "`ai_disabled`, `ai_budget_used_up`, `agent_deleted`, `thread_busy`, `idempotency_mismatch`, or `conflict`: others \
            changed the thread at the same time"),
        (status = 503, description = "`ai_unavailable`: the model could not answer, the message is kept, and `Retry-After` \
            is there if trying again may help; or `unavailable`"),
    ),
)]
#[post("/chat/{agent_id}/threads/{thread_id}/messages")]
pub async fn post_message(
    call: Call<ThreadPath>,
    posted: Keyed<PostMessageBody>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, ThreadPath { agent_id, thread_id }) = (call.caller, call.path);
    let Keyed { body: (imported, message), request: keyed } = posted;
    if let Some(role) = imported {
        let import = api.write(move |application| async move {
            application.import_message(&caller, agent_id, thread_id, (role, message), keyed).await
        });
        let made = import.await?;
        return Ok(respond::created(&MessageBody::from(made.value), None, made.replayed));
    }
    api.application.admit_send(&caller)?;
    let turn = api.write(move |application| async move {
        application.post_message(&caller, agent_id, thread_id, message, keyed).await
    });
    let turn = turn.await?;
    let replayed = turn.replayed;
    let answered = answer(&api, &caller, ThreadPath { agent_id, thread_id }, turn, Form::of(&request), &request).await;
    answered.map_err(|error| error.replayed(replayed))
}
