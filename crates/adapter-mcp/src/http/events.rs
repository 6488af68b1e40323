//! The events of a stream, each within bounds.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
use reqwest::Response;
use sse_stream::{Sse, SseByteStream};

use super::body::MAX_MESSAGE_BYTES;
use crate::failure::Fault;

/// A response's events.
pub(super) struct Events {
    events: SseByteStream<BoxStream<'static, Result<Bytes, Fault>>>,
    since_event: Arc<AtomicUsize>,
}

impl Events {
    pub(super) fn new(response: Response) -> Self {
        let since_event = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&since_event);
        let counted = response.bytes_stream().map(move |bytes| {
            let bytes = bytes.map_err(Fault::of_request)?;
            let before = counter.fetch_add(bytes.len(), Ordering::Relaxed);
            if before.saturating_add(bytes.len()) > MAX_MESSAGE_BYTES { Err(Fault::TooLarge) } else { Ok(bytes) }
        });
        Self { events: SseByteStream::new(counted.boxed()), since_event }
    }

    /// The next event; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Sse>, Fault> {
        let Some(event) = self.events.next().await else { return Ok(None) };
        self.since_event.store(0, Ordering::Relaxed);
        event.map(Some).map_err(|error| match error {
            sse_stream::Error::Body(error) => {
                error.downcast::<Fault>().map_or(Fault::Garbled("the stream cannot be read"), |fault| *fault)
            }
            _ => Fault::Garbled("it is no stream of events"),
        })
    }
}
