use actix_web::{HttpResponse, http::StatusCode, http::header, post, web};
use serde::Deserialize;
use stead_application::inbox::{NewConversation, Target};
use stead_domain::{AgentId, UserId, ports::store::InboxKind, text::Handle};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{ChatTypeBody, StartedBody, id},
    error::ApiError,
    extract::{Call, IdempotencyHeader, Keyed, Problems, RequestBody},
    respond,
};

/// A conversation that somebody wants to have. Null stands for absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StartConversation)]
pub struct StartConversationBody {
    /// The person, or whose agent it is. Needed with `profile`, unless there is a `target_handle`.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    target_user_id: Option<String>,
    /// The same by their handle, in any case. Not beside `target_user_id`.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 32)]
    target_handle: Option<String>,
    /// With whom it is to be.
    #[serde(default)]
    #[schema(value_type = ChatTypeBody, required = true)]
    chat_type: Option<ChatTypeBody>,
    /// The agent: needed with `agent`, and only there.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    target_avee_id: Option<String>,
}

impl RequestBody for StartConversationBody {
    type Meaning = NewConversation;

    fn check(self, problems: &mut Problems) -> Option<NewConversation> {
        let Self { target_user_id, target_handle, chat_type, target_avee_id } = self;
        if target_user_id.is_some() && target_handle.is_some() {
            problems.add("target_handle", "cannot stand beside `target_user_id`");
        }
        let user = problems.optional("target_user_id", target_user_id, id).map(|id| Target::Id(UserId::new(id)));
        let handle = problems.optional("target_handle", target_handle, |text| Handle::parse(&text)).map(Target::Handle);
        let target = user.or(handle);
        let is_named = target.is_some();
        match problems.required("chat_type", chat_type, |kind| Ok(kind.into()))? {
            InboxKind::Profile => {
                if target_avee_id.is_some() {
                    problems.add("target_avee_id", "must be absent: the conversation is with a person");
                }
                if !is_named {
                    problems.add("target_user_id", "is required, or `target_handle`");
                }
                target.map(NewConversation::Profile)
            }
            InboxKind::Agent => {
                let agent = problems.required("target_avee_id", target_avee_id, id).map(AgentId::new)?;
                Some(NewConversation::Agent(agent, target))
            }
        }
    }
}

/// Start a conversation, or get it
///
/// With a person: the direct channel of the two. With an agent: the one thread of the inbox with it. What is there is answered
/// with 200, and starts at the same time make one.
#[utoipa::path(
    tag = "messaging",
    operation_id = "start_conversation",
    params(IdempotencyHeader),
    request_body(content = StartConversationBody, example = json!({"target_handle": "johndoe", "chat_type": "profile"})),
    responses(
        (status = 200, description = "The conversation that was there", body = StartedBody,
            example = json!(StartedBody::sample())),
        (status = 201, description = "The conversation, new",
            headers(("Location" = String, description = "Where its messages are")),
            body = StartedBody, example = json!(StartedBody::sample())),
        (status = 404, description = "The person is not there, or the agent is not there for the caller; or a repeat, and what \
            the first request made is deleted"),
        (status = 409, description = "`idempotency_mismatch`, or `conflict`: others changed it at the same time"),
    ),
)]
#[post("/messaging/conversations")]
pub async fn start_conversation(
    call: Call,
    new: Keyed<StartConversationBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, Keyed { body, request }) = (call.caller, new);
    let started =
        api.write(move |application| async move { application.start_conversation(&caller, body, request).await });
    let started = started.await?;
    let (is_new, replayed) = (started.is_new, started.replayed);
    let body = StartedBody::from(started);
    if !is_new {
        return Ok(respond::ok(&body));
    }
    let mut response = respond::maybe_replayed(StatusCode::CREATED, replayed);
    response.insert_header((header::LOCATION, format!("/api/v1/messaging/conversations/{}/messages", body.id)));
    Ok(response.json(body))
}
