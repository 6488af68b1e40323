use actix_web::{HttpResponse, get, web};

use crate::{
    Api,
    dto::RunBody,
    error::ApiError,
    extract::{Call, ChatPath, RunPath, ThreadPath},
    respond,
};

/// A run
///
/// Where a turn stands.
#[utoipa::path(
    tag = "runs",
    operation_id = "get_run",
    params(ChatPath, ThreadPath, RunPath),
    responses((status = 200, description = "The run", body = RunBody, example = json!(RunBody::sample()))),
)]
#[get("/chat/{agent_id}/threads/{thread_id}/runs/{run_id}")]
pub async fn get_run(call: Call<RunPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let RunPath { agent_id, thread_id, run_id } = call.path;
    let run = api.application.run(&call.caller, agent_id, thread_id, run_id).await?;
    Ok(respond::ok(&RunBody::from(run)))
}
