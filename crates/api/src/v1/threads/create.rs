use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use serde_json::Value;
use stead_application::threads::NewThread;
use stead_domain::{AgentId, Json, thread::Title};
use utoipa::ToSchema;

use crate::{
    Api,
    dto::{ThreadBody, file_ids, id, metadata},
    error::ApiError,
    extract::{Call, ChatPath, IdempotencyHeader, Keyed, Problems, RequestBody},
    respond,
};

/// A thread to be made. Null stands for absent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateThread)]
pub struct CreateThreadBody {
    /// The agent said again: must be the path's.
    #[serde(default)]
    #[schema(value_type = Option<uuid::Uuid>)]
    agent_id: Option<String>,
    /// What it is called. Without it the thread is given a title after its first turn.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// What the client keeps with it: at most 16 KiB, nested no deeper than 64, without NUL characters.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    /// Files for the agent to work with, that the caller may read.
    #[serde(default)]
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 20)]
    file_ids: Option<Vec<String>>,
}

impl RequestBody for CreateThreadBody {
    type Meaning = NewThread;

    fn check(self, problems: &mut Problems) -> Option<NewThread> {
        let Self { agent_id, title, metadata: kept, file_ids: files } = self;
        Some(NewThread {
            agent_id: problems.optional("agent_id", agent_id, id).map(AgentId::new),
            title: problems.optional("title", title, Title::parse),
            metadata: problems.optional("metadata", kept, metadata).unwrap_or_else(Json::empty),
            file_ids: problems.optional("file_ids", files, file_ids).unwrap_or_default(),
        })
    }
}

/// Make a thread with an agent
#[utoipa::path(
    tag = "threads",
    operation_id = "create_thread",
    params(ChatPath, IdempotencyHeader),
    request_body(content = CreateThreadBody, example = json!({"metadata": {"client": "cli"}})),
    responses(
        (status = 201, description = "The thread, without messages",
            headers(("Location" = String, description = "Where it is")),
            body = ThreadBody,
            example = json!(ThreadBody::sample_new())),
        (status = 409, description = "`idempotency_mismatch`"),
    ),
)]
#[post("/chat/{agent_id}/threads")]
pub async fn create_thread(
    call: Call<ChatPath>,
    new: Keyed<CreateThreadBody>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, agent, Keyed { body, request: keyed }) = (call.caller, call.path.agent_id, new);
    let made =
        api.write(move |application| async move { application.create_thread(&caller, agent, body, keyed).await });
    let made = made.await?;
    let thread = ThreadBody::from(made.value);
    Ok(respond::created(&thread, Some(&format!("{}/{}", request.path(), thread.id)), made.replayed))
}
