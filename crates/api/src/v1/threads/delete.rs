use actix_web::{HttpResponse, delete, web};

use crate::{
    Api,
    error::ApiError,
    extract::{Call, ChatPath, ThreadPath},
};

/// Delete a thread
///
/// It is gone at once, its runs are stopped, and its messages are purged.
#[utoipa::path(
    tag = "threads",
    operation_id = "delete_thread",
    params(ChatPath, ThreadPath),
    responses((status = 204, description = "Deleted")),
)]
#[delete("/chat/{agent_id}/threads/{thread_id}")]
pub async fn delete_thread(call: Call<ThreadPath>, api: web::Data<Api>) -> Result<HttpResponse, ApiError> {
    let (caller, ThreadPath { agent_id, thread_id }) = (call.caller, call.path);
    api.write(move |application| async move { application.delete_thread(&caller, agent_id, thread_id).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
