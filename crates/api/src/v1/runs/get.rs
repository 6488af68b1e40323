use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    conditional::{IfNoneMatch, IfNoneMatchHeader, Tagged},
    dto::RunBody,
    error::ApiError,
    extract::{Call, ChatPath, RunPath, ThreadPath},
};

/// A run
///
/// Where a turn stands.
#[utoipa::path(
    tag = "runs",
    operation_id = "get_run",
    params(ChatPath, ThreadPath, RunPath, IfNoneMatchHeader),
    responses((status = 200, description = "The run", body = RunBody, example = json!(RunBody::sample()))),
)]
#[get("/chat/{agent_id}/threads/{thread_id}/runs/{run_id}")]
pub async fn get_run(call: Call<RunPath>, known: IfNoneMatch, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let RunPath { agent_id, thread_id, run_id } = call.path;
    let run = api.application.run(&call.caller, agent_id, thread_id, run_id).await?;
    Tagged { body: &RunBody::from(run), version: None, query: "" }.answer(&known)
}
