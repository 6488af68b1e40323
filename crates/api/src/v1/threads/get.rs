use std::fmt;

use actix_web::{HttpResponse, get, web};
use utoipa::IntoParams;

use super::BranchesParam;
use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, Tagged},
    dto::ThreadBody,
    error::ApiError,
    extract::{Call, ChatPath, QueryParams, QueryReader, ThreadPath},
};

/// How much of a thread.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ThreadQuery {
    /// At most so many messages, the latest.
    #[param(minimum = 1, maximum = 100, default = 50, required = false)]
    message_limit: u32,
    /// Messages of which branches: of the active one (default), or of all, each with `active`.
    #[param(inline, required = false)]
    branches: BranchesParam,
}

impl Default for ThreadQuery {
    fn default() -> Self {
        Self { message_limit: 50, branches: BranchesParam::Active }
    }
}

/// All of them, for the thread's tag.
impl fmt::Display for ThreadQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message_limit, branches } = self;
        write!(f, "message_limit={message_limit}&branches={}", branches.as_str())
    }
}

impl QueryParams for ThreadQuery {
    fn read(query: &mut QueryReader) -> Self {
        Self { message_limit: query.number("message_limit", 1..=100, 50), branches: BranchesParam::read(query) }
    }
}

/// A thread
///
/// With its latest messages, oldest to newest.
#[utoipa::path(
    tag = "threads",
    operation_id = "get_thread",
    params(ChatPath, ThreadPath, ThreadQuery, IfNoneMatchHeader),
    responses((status = 200, description = "The thread", body = ThreadBody, example = json!(ThreadBody::sample()))),
)]
#[get("/chat/{agent_id}/threads/{thread_id}")]
pub async fn get_thread(
    call: Call<ThreadPath, ThreadQuery>,
    known: IfNoneMatch,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let ThreadPath { agent_id, thread_id } = call.path;
    let (branches, limit) = (call.query.branches.into(), i64::from(call.query.message_limit));
    let thread = api.application.thread(&call.caller, agent_id, thread_id, branches, limit).await?;
    let version = Some(thread.thread.version);
    let thread = api.application.with_citations(&call.caller, thread).await?;
    Tagged { body: &ThreadBody::from(thread), version, query: &call.query.to_string() }.answer(&known)
}
