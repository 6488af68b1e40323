use actix_web::{HttpRequest, HttpResponse, post, web};

use super::{
    answer::{Form, answer},
    post::PreferHeader,
};
use crate::{
    Api,
    dto::{MessageBody, RunBody, RunEventBody},
    error::ApiError,
    extract::{Call, ChatPath, IdempotencyHeader, KeyedNothing, MessagePath, ThreadPath},
};

/// Have an answer written anew
///
/// The agent answers the same message once more. The new answer stands beside the old one, which becomes inactive with all
/// that followed it; the thread goes on from the new one. It is sent in the form that is asked for, and queues, as that of
/// a new message does.
#[utoipa::path(
    tag = "messages",
    operation_id = "regenerate_message",
    params(ChatPath, ThreadPath, MessagePath, IdempotencyHeader, PreferHeader),
    responses(
        (status = 200, description = "The run's events, from the beginning to its end", body = RunEventBody,
            content_type = "text/event-stream"),
        (status = 201, description = "The new answer", body = MessageBody,
            example = json!(MessageBody::sample_answer())),
        (status = 202, description = "The run, which goes on",
            headers(("Location" = String, description = "Where the run is"),
                ("Preference-Applied" = String, description = "`respond-async`, where it was asked for")),
            body = RunBody, example = json!(RunBody::sample_running())),
        (status = 400, description = "`invalid_request`: also where the message is no answer to a person's; or \
            `context_exceeded`: what it answers is too long for the model"),
        (status = 409, description = "`ai_disabled`, `ai_budget_used_up`, `agent_deleted`, `idempotency_mismatch`, \
            `thread_busy`: ten runs wait, or the same message is being answered; or `conflict`: others changed the thread \
            at the same time"),
        (status = 503, description = "`ai_unavailable`: the model could not answer, and `Retry-After` is there if trying \
            again may help; or `unavailable`"),
    ),
)]
#[post("/chat/{agent_id}/threads/{thread_id}/messages/{message_id}/regenerate")]
pub async fn regenerate_message(
    call: Call<MessagePath>,
    KeyedNothing(keyed): KeyedNothing,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, ApiError> {
    let (caller, MessagePath { agent_id, thread_id, message_id }) = (call.caller, call.path);
    api.application.admit_send(&caller)?;
    let turn = api.write(move |application| async move {
        application.regenerate(&caller, agent_id, thread_id, message_id, keyed).await
    });
    let turn = turn.await?;
    let replayed = turn.replayed;
    let answered = answer(&api, &caller, ThreadPath { agent_id, thread_id }, turn, Form::of(&request), &request).await;
    answered.map_err(|error| error.replayed(replayed))
}
