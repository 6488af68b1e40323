use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{dev::Payload, error::PayloadError};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

/// What of a body that was refused is still taken in, so that a client that only reads when it has sent everything gets to
/// read why.
const DRAINED: usize = 16 * 1024 * 1024;
/// And for how long.
const DRAINED_FOR: Duration = Duration::from_secs(10);

/// A request's body that can be read on after its reader has given up.
#[derive(Clone)]
pub struct SharedPayload(Rc<RefCell<Payload>>);

impl SharedPayload {
    pub fn new(payload: Payload) -> Self {
        Self(Rc::new(RefCell::new(payload)))
    }

    /// Takes in the rest, up to a bound.
    pub async fn drain(mut self) {
        let drained = async {
            let mut beyond = 0usize;
            while let Some(Ok(piece)) = self.next().await {
                beyond = beyond.saturating_add(piece.len());
                if beyond > DRAINED {
                    break;
                }
            }
        };
        // A client that is slower than that does not get to read its answer.
        drop(tokio::time::timeout(DRAINED_FOR, drained).await);
    }
}

impl Stream for SharedPayload {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}
