use actix_web::{HttpResponse, post, web};

use crate::{
    Api,
    dto::RunBody,
    error::ApiError,
    extract::{Call, ChatPath, Nothing, OptionalBody, RunPath, ThreadPath},
    respond,
};

/// Stop a run
///
/// The text so far is kept. A run that has ended stays as it is.
#[utoipa::path(
    tag = "runs",
    operation_id = "cancel_run",
    params(ChatPath, ThreadPath, RunPath),
    responses(
        (status = 200, description = "The run as it is now", body = RunBody,
            example = json!(RunBody::sample_cancelled())),
        (status = 409, description = "`conflict`: it changed at the same time"),
    ),
)]
#[post("/chat/{agent_id}/threads/{thread_id}/runs/{run_id}/cancel")]
pub async fn cancel_run(
    call: Call<RunPath>,
    _: OptionalBody<Nothing>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, RunPath { agent_id, thread_id, run_id }) = (call.caller, call.path);
    let run =
        api.write(move |application| async move { application.cancel_run(&caller, agent_id, thread_id, run_id).await });
    Ok(respond::ok(&RunBody::from(run.await?)))
}
