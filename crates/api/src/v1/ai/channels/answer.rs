use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use stead_application::{
    Caller,
    agents::AgentRef,
    assistant::Sidebar,
    turn::{Answered, Turn},
};
use stead_domain::ConversationId;

use crate::{
    Api,
    dto::{RunBody, SidebarBody},
    error::ApiError,
    headers::prefers,
    respond::maybe_replayed,
    sse,
};

/// What a request about a channel comes to.
pub enum Told {
    /// The conversation, with the answer in it.
    Conversation(SidebarBody),
    /// Something else: the run's events, or the run that goes on.
    Response(HttpResponse),
}

/// Waits for the answer of a turn beside a channel, or tells of it as it is written.
pub async fn told(
    api: &Api,
    caller: &Caller,
    channel: ConversationId,
    turn: Turn,
    request: &HttpRequest,
) -> Result<Told, ApiError> {
    let Turn { run, replayed } = turn;
    let (agent, thread) = (AgentRef::Id(run.agent_id), run.conversation_id);
    if prefers(request.headers(), "text/event-stream") {
        let events = api.application.follow_run(caller, agent, thread, run.id, None).await?;
        return Ok(Told::Response(sse::stream(events, replayed)));
    }
    match api.application.await_answer(caller, agent, thread, run).await? {
        Answered::Answer(_) => {
            let found: Sidebar = api.application.sidebar_conversation(caller, channel, thread).await?;
            Ok(Told::Conversation(found.into()))
        }
        Answered::NotYet(run) => {
            Ok(Told::Response(maybe_replayed(StatusCode::ACCEPTED, replayed).json(RunBody::from(*run))))
        }
        Answered::Failed(error) => Err(error.into()),
    }
}
