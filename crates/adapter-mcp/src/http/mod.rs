//! MCP's Streamable HTTP: every message is a POST; the answer is a JSON body, or comes among the events of a stream.
//!
//! The stream that a server may offer beside the calls is not opened: nothing that comes that way is of use here.

mod body;
mod events;
mod exchange;
mod headers;
mod session;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rmcp::{
    RoleClient,
    model::{ClientJsonRpcMessage, ClientNotification, RequestId, ServerJsonRpcMessage},
    transport::Transport,
};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::{sync::CancellationToken, task::task_tracker::TaskTrackerToken};
use url::Url;

use crate::{failure::Fault, guard::Guard};
pub(crate) use body::MAX_MESSAGE_BYTES;
use session::Session;

/// A word to the server that needs no answer may take so long.
const WORD_TIMEOUT: Duration = Duration::from_secs(5);
/// At the end of a session a server may take so long to hear of it.
const END_TIMEOUT: Duration = Duration::from_secs(2);
/// Messages of the server that rmcp has not taken yet. One answer is waited for by one sender.
const INBOX: usize = 32;

/// One session with one server.
pub(crate) struct HttpTransport {
    session: Arc<Session>,
    inbox: mpsc::Receiver<ServerJsonRpcMessage>,
    to_inbox: mpsc::Sender<ServerJsonRpcMessage>,
    waiting: Waiting,
    /// Whoever waits for all tasks waits for the end of this session too.
    _open: TaskTrackerToken,
}

/// The requests that are not answered yet, each with its end.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<HashMap<RequestId, CancellationToken>>>);

impl HttpTransport {
    pub(crate) fn new(
        client: reqwest::Client,
        guard: Guard,
        url: &str,
        headers: &[(String, String)],
        open: TaskTrackerToken,
    ) -> Result<Self, Fault> {
        let url = Url::parse(url).map_err(|_invalid| Fault::Blocked(crate::guard::Blocked::NotWeb))?;
        guard.check(&url).map_err(Fault::Blocked)?;
        let session = Session::new(client, url, headers::parse(headers)?);
        let (to_inbox, inbox) = mpsc::channel(INBOX);
        Ok(Self { session: Arc::new(session), inbox, to_inbox, waiting: Waiting::default(), _open: open })
    }
}

impl Transport<RoleClient> for HttpTransport {
    type Error = Fault;

    fn send(&mut self, message: ClientJsonRpcMessage) -> impl Future<Output = Result<(), Fault>> + Send + 'static {
        let (session, to_inbox, waiting) = (Arc::clone(&self.session), self.to_inbox.clone(), self.waiting.clone());
        // Known before the future runs, so that no cancellation comes too early.
        let end = if let ClientJsonRpcMessage::Request(request) = &message {
            Some(waiting.enter(request.id.clone()))
        } else {
            None
        };
        async move {
            match (&message, end) {
                (ClientJsonRpcMessage::Request(request), Some(end)) => {
                    let _left = waiting.leave_later(request.id.clone());
                    tokio::select! {
                        answered = exchange::exchange(&session, &message, &request.id, &to_inbox) => answered,
                        () = end.cancelled() => Err(Fault::Closed),
                    }
                }
                _ => {
                    let told = timeout(WORD_TIMEOUT, session.tell(&message)).await.unwrap_or(Err(Fault::Closed));
                    if let Some(id) = cancelled(&message) {
                        waiting.end(id);
                    }
                    told
                }
            }
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        self.inbox.recv().await
    }

    async fn close(&mut self) -> Result<(), Fault> {
        self.inbox.close();
        timeout(END_TIMEOUT, self.session.end()).await.unwrap_or(Err(Fault::Closed))
    }
}

impl Waiting {
    fn enter(&self, id: RequestId) -> CancellationToken {
        let end = CancellationToken::new();
        self.lock().insert(id, end.clone());
        end
    }

    fn leave_later(&self, id: RequestId) -> Leaving {
        Leaving { waiting: self.clone(), id }
    }

    fn end(&self, id: &RequestId) {
        if let Some(end) = self.lock().remove(id) {
            end.cancel();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RequestId, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets a request when its future is gone, however that came.
struct Leaving {
    waiting: Waiting,
    id: RequestId,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.waiting.lock().remove(&self.id);
    }
}

fn cancelled(message: &ClientJsonRpcMessage) -> Option<&RequestId> {
    let ClientJsonRpcMessage::Notification(notification) = message else { return None };
    match &notification.notification {
        ClientNotification::CancelledNotification(cancelled) => cancelled.params.request_id.as_ref(),
        _ => None,
    }
}
