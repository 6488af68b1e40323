use actix_web::{HttpResponse, post, web};

use crate::{
    Api,
    dto::ThreadBody,
    error::ApiError,
    extract::{Call, ChatPath, Nothing, OptionalBody, ThreadPath},
    respond,
};

/// Title a thread
///
/// By the model, from the thread's messages, or, where the model fails, by the first message's words.
#[utoipa::path(
    tag = "threads",
    operation_id = "generate_title",
    params(ChatPath, ThreadPath),
    responses(
        (status = 200, description = "The thread with its title", body = ThreadBody,
            example = json!(ThreadBody::sample())),
        (status = 409, description = "`thread_empty`, or `conflict`: others changed it at the same time"),
    ),
)]
#[post("/chat/{agent_id}/threads/{thread_id}/generate_title")]
pub async fn generate_title(
    call: Call<ThreadPath>,
    _: OptionalBody<Nothing>,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, ThreadPath { agent_id, thread_id }) = (call.caller, call.path);
    let titled =
        api.write(move |application| async move { application.generate_title(&caller, agent_id, thread_id).await });
    let titled = api.application.with_citations(&caller, titled.await?).await?;
    Ok(respond::ok(&ThreadBody::from(titled)))
}
