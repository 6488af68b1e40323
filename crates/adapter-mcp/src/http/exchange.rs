//! One request and its answer.

use std::time::Duration;

use reqwest::Response;
use rmcp::model::{ClientJsonRpcMessage, RequestId, ServerJsonRpcMessage};
use tokio::{sync::mpsc, time::timeout};

use super::{
    body,
    events::Events,
    session::{Posted, Session, same},
};
use crate::failure::Fault;

/// A stream of events that breaks off is taken up again so often.
const MAX_RESUMES: usize = 3;
/// The pause before, unless the server names one, and the longest that it may name.
const RESUME_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A stream that ends soon after the answer leaves its connection to the next request.
const TIME_TO_END: Duration = Duration::from_millis(50);

type Inbox = mpsc::Sender<ServerJsonRpcMessage>;

/// Sends a request and puts its answer into the inbox: exactly one, or an error.
pub(super) async fn exchange(
    session: &Session,
    message: &ClientJsonRpcMessage,
    id: &RequestId,
    inbox: &Inbox,
) -> Result<(), Fault> {
    match session.post(message, id).await? {
        Posted::Accepted => Err(Fault::Garbled("a request was only accepted")),
        Posted::Refusal(error) => deliver(session, ServerJsonRpcMessage::Error(error), inbox).await,
        Posted::Answer(response) if body::is_json(&response) => {
            let bytes = body::read(response).await?;
            let answer = parse(&bytes)?;
            match own(answer, id) {
                Some(answer) => deliver(session, answer, inbox).await,
                None => Err(Fault::Garbled("the answer belongs to another request")),
            }
        }
        Posted::Answer(response) if body::is_events(&response) => stream(session, response, id, inbox).await,
        Posted::Answer(_) => Err(Fault::Garbled("the answer is neither JSON nor a stream of events")),
    }
}

async fn stream(session: &Session, response: Response, id: &RequestId, inbox: &Inbox) -> Result<(), Fault> {
    let mut reading = Reading { last_event: None, pause: RESUME_PAUSE };
    let mut events = Events::new(response);
    for _ in 0..=MAX_RESUMES {
        let fault = match reading.until_answer(&mut events, session, id, inbox).await {
            Ok(true) => return Ok(()),
            Ok(false) => Fault::CutOff,
            Err(fault @ (Fault::Broken(_) | Fault::CutOff)) => fault,
            Err(fault) => return Err(fault),
        };
        let Some(last_event) = &reading.last_event else { return Err(fault) };
        tokio::time::sleep(reading.pause).await;
        events = Events::new(session.resume(last_event).await?);
    }
    Err(Fault::CutOff)
}

/// Where a stream of events is.
struct Reading {
    last_event: Option<String>,
    pause: Duration,
}

impl Reading {
    /// Reads until the answer was delivered (true), or the stream has ended.
    async fn until_answer(
        &mut self,
        events: &mut Events,
        session: &Session,
        id: &RequestId,
        inbox: &Inbox,
    ) -> Result<bool, Fault> {
        while let Some(event) = events.next().await? {
            if let Some(event_id) = event.id.filter(|event_id| !event_id.is_empty()) {
                self.last_event = Some(event_id);
            }
            if let Some(pause) = event.retry {
                self.pause = Duration::from_millis(pause).min(LONGEST_PAUSE);
            }
            let is_message = event.event.as_deref().is_none_or(|kind| kind.is_empty() || kind == "message");
            let Some(data) = event.data.filter(|data| is_message && !data.is_empty()) else { continue };
            match parse(data.as_bytes())? {
                ServerJsonRpcMessage::Notification(_) => {}
                // One more than there is room for is a flood.
                request @ ServerJsonRpcMessage::Request(_) => drop(inbox.try_send(request)),
                answer => {
                    let answer = own(answer, id).ok_or(Fault::Garbled("the answer belongs to another request"))?;
                    deliver(session, answer, inbox).await?;
                    let ended = timeout(TIME_TO_END, async { while let Ok(Some(_)) = events.next().await {} }).await;
                    drop(ended);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// An answer to this request. An error that names none, in answer to one, is about that.
fn own(answer: ServerJsonRpcMessage, id: &RequestId) -> Option<ServerJsonRpcMessage> {
    match answer {
        ServerJsonRpcMessage::Response(response) if same(&response.id, id) => {
            Some(ServerJsonRpcMessage::Response(response))
        }
        ServerJsonRpcMessage::Error(mut error) if error.id.as_ref().is_none_or(|given| same(given, id)) => {
            error.id = Some(id.clone());
            Some(ServerJsonRpcMessage::Error(error))
        }
        _ => None,
    }
}

fn parse(bytes: &[u8]) -> Result<ServerJsonRpcMessage, Fault> {
    // The parser's error could quote.
    serde_json::from_slice(bytes).map_err(|_invalid| Fault::Garbled("it cannot be read"))
}

async fn deliver(session: &Session, answer: ServerJsonRpcMessage, inbox: &Inbox) -> Result<(), Fault> {
    session.learn(&answer);
    inbox.send(answer).await.map_err(|_closed| Fault::Closed)
}
