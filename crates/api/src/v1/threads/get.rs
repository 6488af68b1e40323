use actix_web::{HttpResponse, get, web};
use utoipa::IntoParams;

use crate::{
    Api,
    dto::ThreadBody,
    error::ApiError,
    extract::{Call, ChatPath, QueryParams, QueryReader, ThreadPath},
    respond,
};

/// How much of a thread.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ThreadQuery {
    /// At most so many messages, the latest.
    #[param(minimum = 1, maximum = 100, default = 50, required = false)]
    message_limit: u32,
}

impl QueryParams for ThreadQuery {
    fn read(query: &mut QueryReader) -> Self {
        Self { message_limit: query.number("message_limit", 1..=100, 50) }
    }
}

/// A thread
///
/// With its latest messages, oldest to newest.
#[utoipa::path(
    tag = "threads",
    operation_id = "get_thread",
    params(ChatPath, ThreadPath, ThreadQuery),
    responses((status = 200, description = "The thread", body = ThreadBody, example = json!(ThreadBody::sample()))),
)]
#[get("/chat/{agent_id}/threads/{thread_id}")]
pub async fn get_thread(call: Call<ThreadPath, ThreadQuery>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let ThreadPath { agent_id, thread_id } = call.path;
    let limit = i64::from(call.query.message_limit);
    let thread = api.application.thread(&call.caller, agent_id, thread_id, limit).await?;
    Ok(respond::ok(&ThreadBody::from(thread)))
}
