use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::RunEventBody,
    error::ApiError,
    extract::{Call, ChatPath, LastEventId, LastEventIdHeader, RunPath, ThreadPath},
    sse,
};

/// Follow a run
///
/// Its events from the beginning, or after `Last-Event-ID`, to its end. A comment comes when nothing else did for 15
/// seconds.
///
/// The stream breaks off, with nothing after, when what the request came with is good no longer: its sign-in was ended, its
/// key revoked or expired, its user deactivated or deleted; at once on the node that took that, within a second on every
/// other. The run goes on.
#[utoipa::path(
    tag = "runs",
    operation_id = "follow_run",
    params(ChatPath, ThreadPath, RunPath, LastEventIdHeader),
    responses((status = 200, description = "The run's events", body = RunEventBody, content_type = "text/event-stream")),
)]
#[get("/chat/{agent_id}/threads/{thread_id}/runs/{run_id}/events")]
pub async fn follow_run(call: Call<RunPath>, from: LastEventId, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let RunPath { agent_id, thread_id, run_id } = call.path;
    let events = api.application.follow_run(&call.caller, agent_id, thread_id, run_id, from.0).await?;
    Ok(sse::stream(events, false))
}
