//! From a request over HTTP to its response.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Frame, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
};
use serde_json::Value;

use super::{
    reply::Act,
    rpc::{Done, answer, error, handle, own_messages},
    shared::Shared,
};

/// A body that may break off.
pub(super) type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// What belongs to HTTP alone.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) answers_by_events: AtomicBool,
    pub(super) sessions: Mutex<HashSet<String>>,
    /// Answers that are fetched by the id of the event before them.
    resumable: Mutex<HashMap<String, Value>>,
}

pub(super) async fn respond(
    shared: Arc<Shared>,
    desk: Arc<Desk>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let (parts, body) = request.into_parts();
    shared.progress.send_modify(|progress| progress.headers.push(parts.headers.clone()));
    if parts.uri.path() != "/mcp" {
        return Ok(status(404));
    }
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let session = header("mcp-session-id");
    let is_known = session.as_ref().is_some_and(|id| desk.sessions().contains(id));
    match parts.method {
        Method::GET => Ok(match header("last-event-id").and_then(|id| desk.resumable().remove(&id)) {
            Some(answer) => events([event(&answer)]),
            None => status(405),
        }),
        Method::DELETE => {
            desk.sessions().remove(&session.unwrap_or_default());
            shared.progress.send_modify(|progress| progress.ended_sessions += 1);
            Ok(status(200))
        }
        Method::POST => {
            let Ok(body) = body.collect().await else { return Ok(status(400)) };
            let message: Value = serde_json::from_slice(&body.to_bytes()).expect("a client sends JSON");
            let begins = message["method"] == "initialize";
            if !begins && !is_known {
                return Ok(status(if session.is_some() { 404 } else { 400 }));
            }
            if !begins {
                assert!(header("mcp-protocol-version").is_some(), "a client names the version that was agreed on");
            }
            Ok(done(handle(&shared, &message).await, &desk).await)
        }
        _ => Ok(status(405)),
    }
}

async fn done(done: Done, desk: &Desk) -> Response<Body> {
    let (id, act) = match done {
        Done::Taken => return status(202),
        Done::Began(answer) => {
            let id = format!("session-{}", uuid::Uuid::from_u128(desk.sessions().len() as u128 + 1));
            desk.sessions().insert(id.clone());
            let mut response = message(&answer, desk);
            response.headers_mut().insert("mcp-session-id", HeaderValue::from_str(&id).expect("a plain id"));
            return response;
        }
        Done::Act(id, act) => (id, act),
    };
    match act {
        Act::Result(result) => message(&answer(&id, result), desk),
        Act::Error(code, text) => message(&error(&id, code, &text), desk),
        Act::ForeignId(result) => message(&answer(&"nobody".into(), result), desk),
        Act::Raw(bytes) if desk.answers_by_events() => events([format!("data: {bytes}\n\n")]),
        Act::Raw(bytes) => whole("application/json", bytes),
        Act::Flood(bytes) => flood(bytes, desk.answers_by_events()),
        Act::Hang => std::future::pending().await,
        Act::Break => broken(),
        Act::Status(code, body) => {
            let mut response = body.map_or_else(|| status(code), |body| whole("application/json", body.to_string()));
            *response.status_mut() = StatusCode::from_u16(code).expect("a status");
            response
        }
        Act::Redirect(code, to) => {
            let mut response = status(code);
            response.headers_mut().insert("location", HeaderValue::from_str(&to).expect("a place"));
            response
        }
        Act::Resumed(result) => {
            let event = format!("event-{id}");
            desk.resumable().insert(event.clone(), answer(&id, result));
            events([format!("id: {event}\nretry: 10\ndata:\n\n")])
        }
        Act::AsksFirst(count, result) => {
            let own = own_messages(count).map(|message| event(&message));
            events(own.chain([event(&answer(&id, result))]).collect::<Vec<_>>())
        }
    }
}

impl Desk {
    pub(super) fn sessions(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn resumable(&self) -> std::sync::MutexGuard<'_, HashMap<String, Value>> {
        self.resumable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answers_by_events(&self) -> bool {
        self.answers_by_events.load(Ordering::Relaxed)
    }
}

fn message(message: &Value, desk: &Desk) -> Response<Body> {
    if desk.answers_by_events() {
        return events([": hello\n\n".to_owned(), event(message)]);
    }
    whole("application/json", message.to_string())
}

fn event(message: &Value) -> String {
    format!("event: message\ndata: {message}\n\n")
}

fn events(events: impl IntoIterator<Item = String>) -> Response<Body> {
    whole("text/event-stream", events.into_iter().collect())
}

fn whole(kind: &'static str, text: String) -> Response<Body> {
    streamed(kind, stream::iter([Ok(Bytes::from(text))]))
}

fn status(code: u16) -> Response<Body> {
    let mut response = streamed("text/plain", stream::empty());
    *response.status_mut() = StatusCode::from_u16(code).expect("a status");
    response
}

/// A response that breaks off at once.
fn broken() -> Response<Body> {
    let bytes = [Ok(Bytes::from("{")), Err(std::io::Error::other("as scripted"))];
    streamed("application/json", stream::iter(bytes))
}

fn flood(bytes: u64, by_events: bool) -> Response<Body> {
    let piece = Bytes::from(vec![b'x'; 64 * 1024]);
    let start = if by_events { "data: \"" } else { "\"" };
    let pieces = stream::iter(0..bytes / piece.len() as u64).map(move |_| Ok(piece.clone()));
    let kind = if by_events { "text/event-stream" } else { "application/json" };
    streamed(kind, stream::iter([Ok(Bytes::from(start))]).chain(pieces))
}

fn streamed(
    kind: &'static str,
    pieces: impl stream::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static,
) -> Response<Body> {
    let body = StreamBody::new(pieces.map(|piece| piece.map(Frame::data))).boxed_unsync();
    Response::builder().header(CONTENT_TYPE, kind).body(body).expect("a response")
}
