use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use stead_application::{
    Caller,
    turn::{Answered, Turn},
};

use crate::{
    Api,
    dto::{MessageBody, RunBody},
    error::ApiError,
    extract::ThreadPath,
    headers::{PREFERENCE_APPLIED, prefers, prefers_respond_async},
    respond::{created, maybe_replayed},
    sse,
};

/// The form in which a request asks for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Waited for, as JSON.
    Waited,
    /// The run's events.
    Stream,
    /// The run, at once.
    Async,
}

impl Form {
    /// As its headers say.
    pub fn of(request: &HttpRequest) -> Self {
        if prefers_respond_async(request.headers()) {
            Self::Async
        } else if prefers(request.headers(), "text/event-stream") {
            Self::Stream
        } else {
            Self::Waited
        }
    }
}

/// Answers a request that began a turn, or attached to one.
pub async fn answer(
    api: &Api,
    caller: &Caller,
    path: ThreadPath,
    turn: Turn,
    form: Form,
    request: &HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (ThreadPath { agent_id, thread_id }, Turn { run, replayed }) = (path, turn);
    match form {
        Form::Async => Ok(accepted(RunBody::from(run), form, replayed, request)),
        Form::Stream => {
            let events = api.application.follow_run(caller, agent_id, thread_id, run.id, None).await?;
            Ok(sse::stream(events, replayed))
        }
        Form::Waited => match api.application.await_answer(caller, agent_id, thread_id, run).await? {
            Answered::Answer(message) => {
                let message = api.application.with_citations(caller, *message).await?;
                Ok(created(&MessageBody::from(message), None, replayed))
            }
            Answered::NotYet(run) => Ok(accepted(RunBody::from(*run), form, replayed, request)),
            Answered::Failed(error) => Err(error.into()),
        },
    }
}

fn accepted(run: RunBody, form: Form, replayed: bool, request: &HttpRequest) -> HttpResponse {
    let (thread, _) = request.path().rsplit_once("/messages").unwrap_or((request.path(), ""));
    let mut response = maybe_replayed(StatusCode::ACCEPTED, replayed);
    response.insert_header((header::LOCATION, format!("{thread}/runs/{}", run.id)));
    if form == Form::Async {
        response.insert_header((PREFERENCE_APPLIED, "respond-async"));
    }
    response.json(run)
}
