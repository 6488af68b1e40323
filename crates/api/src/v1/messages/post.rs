use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use serde_json::Value;
use stead_application::{threads::ImportedRole, turn::NewMessage};
use stead_domain::{
    Json,
    message::{Content, ContentHtml},
};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Form, answer};
use crate::{
    Api,
    dto::{MessageBody, MessageRoleBody, RunBody, RunEventBody, metadata},
    error::ApiError,
    extract::{Call, ChatPath, IdempotencyHeader, Keyed, Problems, RequestBody, ThreadPath},
    respond,
};

/// A message to an agent. Null stands for absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PostMessage)]
pub struct PostMessageBody {
    /// The text, Markdown.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 40000)]
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
}

impl RequestBody for PostMessageBody {
    /// With whose words it has, where it is to be imported.
    type Meaning = (Option<ImportedRole>, NewMessage);

    fn check(self, problems: &mut Problems) -> Option<Self::Meaning> {
        let Self { content, content_html, role, metadata: kept } = self;
        let content = problems.required("content", content, Content::parse);
        let content_html = problems.optional("content_html", content_html, ContentHtml::parse);
        let kept = problems.optional("metadata", kept, metadata).unwrap_or_else(Json::empty);
        let imported = match role.unwrap_or(MessageRoleBody::User) {
            MessageRoleBody::User => None,
            MessageRoleBody::Assistant => Some(ImportedRole::Assistant),
            MessageRoleBody::System => Some(ImportedRole::System),
        };
        Some((imported, NewMessage { content: content?, content_html, metadata: kept }))
    }
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
        (status = 403, description = "A role other than `user` without the scope `threads:import`; with an API key: it \
            lacks the scope that the operation takes"),
        (status = 409, description = "`agent_deleted`, `thread_busy`, `idempotency_mismatch`, or `conflict`: others \
            changed the thread at the same time"),
        (status = 503, description = "`ai_unavailable`: the model could not answer, the message is kept; or \
            `unavailable`"),
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
