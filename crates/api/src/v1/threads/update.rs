use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use serde_json::Value;
use stead_application::threads::ThreadPatch;
use stead_domain::{MessageId, thread::Title};
use utoipa::ToSchema;

use super::get::ThreadQuery;
use crate::{
    Api,
    conditional::{IfMatch, IfMatchHeader, IfNoneMatch, Tagged},
    dto::{ThreadBody, clearable, id, metadata, present},
    error::ApiError,
    extract::{Body, Call, ChatPath, Problems, RequestBody, ThreadPath},
};

/// What changes of a thread; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateThread)]
pub struct UpdateThreadBody {
    /// What it is called; null clears it, so that it may be titled by itself again.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    title: Option<Option<String>>,
    /// Whether it is filed away. It still takes messages then.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    archived: Option<bool>,
    /// What the client keeps with it, in place of what it kept: at most 16 KiB, nested no deeper than 64, without NUL
    /// characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Object)]
    metadata: Option<Value>,
    /// A message of this thread: the branch through it becomes the active one, up to the newest message that came of it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = uuid::Uuid)]
    active_message_id: Option<String>,
}

impl RequestBody for UpdateThreadBody {
    type Meaning = ThreadPatch;

    fn check(self, problems: &mut Problems) -> Option<ThreadPatch> {
        let Self { title, archived, metadata: kept, active_message_id } = self;
        Some(ThreadPatch {
            title: problems.clearable("title", title, Title::parse),
            archived,
            metadata: problems.optional("metadata", kept, metadata),
            active_message: problems.optional("active_message_id", active_message_id, id).map(MessageId::new),
        })
    }
}

/// Change a thread
///
/// What is absent stays.
#[utoipa::path(
    tag = "threads",
    operation_id = "update_thread",
    params(ChatPath, ThreadPath, IfMatchHeader),
    request_body(content = UpdateThreadBody, example = json!({"title": "The word stead", "archived": true})),
    responses(
        (status = 200, description = "The thread as it is now", body = ThreadBody,
            example = json!(ThreadBody::sample())),
        (status = 409, description = "`conflict`: others changed it at the same time"),
    ),
)]
#[patch("/chat/{agent_id}/threads/{thread_id}")]
pub async fn update_thread(
    call: Call<ThreadPath>,
    IfMatch(expected): IfMatch,
    body: Body<UpdateThreadBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, ThreadPath { agent_id, thread_id }, patch) = (call.caller, call.path, body.0);
    let changed = api.write(move |application| async move {
        application.update_thread(&caller, agent_id, thread_id, expected, patch).await
    });
    let thread = changed.await?;
    let version = Some(thread.thread.version);
    let thread = api.application.with_citations(&caller, thread).await?;
    // As a GET without a query would answer it.
    let query = ThreadQuery::default().to_string();
    Tagged { body: &ThreadBody::from(thread), version, query: &query }.answer(&IfNoneMatch::default())
}
