use std::{
    cell::Cell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    Error,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use bytes::Bytes;
use tokio::time::Instant;

/// Until when a kept-alive connection may take to send the head of its next request. The connection and its requests share
/// it: the one sees the bytes, the others when a head is whole and when it has its answer. (Of the first head, actix itself
/// keeps the time.)
#[derive(Clone)]
pub struct HeadClock(Rc<State>);

struct State {
    header_timeout: Duration,
    keep_alive: Duration,
    awaited: Cell<Option<Awaited>>,
}

#[derive(Clone, Copy)]
struct Awaited {
    until: Instant,
    has_begun: bool,
}

impl HeadClock {
    /// For a new connection.
    pub fn new(header_timeout: Duration, keep_alive: Duration) -> Self {
        Self(Rc::new(State { header_timeout, keep_alive, awaited: Cell::new(None) }))
    }

    /// Until when a head has to be there, where one is awaited.
    pub fn until(&self) -> Option<Instant> {
        self.0.awaited.get().map(|awaited| awaited.until)
    }

    /// Something has come in.
    pub fn bytes_came(&self) {
        if self.0.awaited.get().is_some_and(|awaited| !awaited.has_begun) {
            let until = Instant::now() + self.0.header_timeout;
            self.0.awaited.set(Some(Awaited { until, has_begun: true }));
        }
    }

    fn head_came(&self) {
        self.0.awaited.set(None);
    }

    /// From now on the next head is awaited. Its beginning may have come in already, behind the request before it, so it
    /// has a limit also if nothing more comes.
    fn answered(&self) {
        let until = Instant::now() + self.0.keep_alive + self.0.header_timeout;
        self.0.awaited.set(Some(Awaited { until, has_begun: false }));
    }
}

/// Tells the connection's clock that the head of a request is there, and, when its answer is sent, that it is over.
pub async fn head_arrived(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(clock) = request.request().conn_data::<HeadClock>().cloned() else { return next.call(request).await };
    clock.head_came();
    let answering = Answering(clock);
    let answered = next.call(request).await?;
    Ok(answered.map_body(|_, body| BoxBody::new(Answer { body, _answering: answering })))
}

struct Answering(HeadClock);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answered();
    }
}

/// The body of an answer, with which it ends.
struct Answer {
    body: BoxBody,
    _answering: Answering,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
