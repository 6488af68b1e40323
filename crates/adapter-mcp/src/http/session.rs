//! One session: what every request of it carries, and what statuses say.

use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, HeaderMap, HeaderValue},
};
use rmcp::model::{ClientJsonRpcMessage, JsonRpcError, RequestId, ServerJsonRpcMessage, ServerResult};
use url::Url;

use super::body;
use crate::failure::Fault;

const SESSION_ID: &str = "mcp-session-id";
const VERSION: &str = "mcp-protocol-version";
const LAST_EVENT: &str = "last-event-id";
const BOTH: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");
/// What the official SDKs say, with status 400, to a session that they do not know.
const BAD_SESSION: i32 = -32_000;
/// A session's id that is longer is none.
const MAX_ID_BYTES: usize = 1_024;

pub(super) struct Session {
    client: reqwest::Client,
    url: Url,
    headers: HeaderMap,
    agreed: Mutex<Agreed>,
}

/// What the answer to `initialize` settled.
#[derive(Default, Clone)]
struct Agreed {
    id: Option<HeaderValue>,
    version: Option<HeaderValue>,
}

/// What a POST brought.
pub(super) enum Posted {
    /// A body that holds the answer, or its events.
    Answer(Response),
    /// The answer itself: the server refused with one.
    Refusal(JsonRpcError),
    /// Nothing, as it should be for what is no request.
    Accepted,
}

impl Session {
    pub(super) fn new(client: reqwest::Client, url: Url, headers: HeaderMap) -> Self {
        Self { client, url, headers, agreed: Mutex::default() }
    }

    /// Posts a request.
    pub(super) async fn post(&self, message: &ClientJsonRpcMessage, id: &RequestId) -> Result<Posted, Fault> {
        let response = self.request(Method::POST).header(ACCEPT, BOTH).json(message).send().await;
        let response = response.map_err(Fault::of_request)?;
        match response.status() {
            StatusCode::ACCEPTED | StatusCode::NO_CONTENT => Ok(Posted::Accepted),
            status if status.is_success() => {
                self.keep_id(&response);
                Ok(Posted::Answer(response))
            }
            status => self.refusal(status, response, id).await,
        }
    }

    /// Posts what has no answer.
    pub(super) async fn tell(&self, message: &ClientJsonRpcMessage) -> Result<(), Fault> {
        let response = self.request(Method::POST).header(ACCEPT, BOTH).json(message).send().await;
        let status = response.map_err(Fault::of_request)?.status();
        if status.is_success() { Ok(()) } else { Err(self.fault_of(status)) }
    }

    /// Goes on with a stream of events that broke off.
    pub(super) async fn resume(&self, last_event: &str) -> Result<Response, Fault> {
        let last_event = HeaderValue::from_str(last_event).map_err(|_invalid| Fault::CutOff)?;
        let request = self.request(Method::GET).header(ACCEPT, EVENTS).header(LAST_EVENT, last_event);
        let response = request.send().await.map_err(Fault::of_request)?;
        if response.status().is_success() { Ok(response) } else { Err(Fault::CutOff) }
    }

    /// Says goodbye, where there is a session.
    pub(super) async fn end(&self) -> Result<(), Fault> {
        if self.agreed().id.is_none() {
            return Ok(());
        }
        // A server may not want to hear it.
        self.request(Method::DELETE).send().await.map(drop).map_err(Fault::of_request)
    }

    /// Keeps what the answer to `initialize` says about the version.
    pub(super) fn learn(&self, message: &ServerJsonRpcMessage) {
        let ServerJsonRpcMessage::Response(response) = message else { return };
        if let ServerResult::InitializeResult(initialized) = &response.result {
            self.agreed().version = HeaderValue::from_str(initialized.protocol_version.as_str()).ok();
        }
    }

    fn keep_id(&self, response: &Response) {
        let mut agreed = self.agreed();
        if agreed.id.is_none() {
            agreed.id = response.headers().get(SESSION_ID).filter(|id| id.len() <= MAX_ID_BYTES).cloned();
        }
    }

    fn request(&self, method: Method) -> RequestBuilder {
        let agreed = self.agreed().clone();
        let mut request = self.client.request(method, self.url.clone()).headers(self.headers.clone());
        if let Some(id) = agreed.id {
            request = request.header(SESSION_ID, id);
        }
        if let Some(version) = agreed.version {
            request = request.header(VERSION, version);
        }
        request
    }

    /// A refusal may carry the protocol's own error, which is the answer unless it is about the session.
    async fn refusal(&self, status: StatusCode, response: Response, id: &RequestId) -> Result<Posted, Fault> {
        let fault = self.fault_of(status);
        let speaks_for_itself = matches!(fault, Fault::Redirects | Fault::Status(401 | 403 | 429 | 503))
            || (status == StatusCode::NOT_FOUND && matches!(fault, Fault::SessionGone));
        if speaks_for_itself || !body::is_json(&response) {
            return Err(fault);
        }
        // A body that cannot be read says no more than the status.
        let Ok(bytes) = body::read(response).await else { return Err(fault) };
        match serde_json::from_slice(&bytes) {
            Ok(ServerJsonRpcMessage::Error(error)) => {
                let is_own = error.id.as_ref().is_some_and(|given| same(given, id));
                let is_about_session = matches!(fault, Fault::SessionGone) && error.error.code.0 == BAD_SESSION;
                if is_own && !is_about_session { Ok(Posted::Refusal(error)) } else { Err(fault) }
            }
            Ok(_) | Err(_) => Err(fault),
        }
    }

    fn fault_of(&self, status: StatusCode) -> Fault {
        if status.is_redirection() {
            return Fault::Redirects;
        }
        // Some servers say 400 for a session that they do not know.
        let is_about_session = matches!(status, StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST);
        if is_about_session && self.agreed().id.is_some() { Fault::SessionGone } else { Fault::Status(status.as_u16()) }
    }

    fn agreed(&self) -> MutexGuard<'_, Agreed> {
        self.agreed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Some servers send a number back as text.
pub(super) fn same(given: &RequestId, id: &RequestId) -> bool {
    given == id || given.to_string() == id.to_string()
}
