//! A response's body that acts, and notices when its reader leaves.

use std::{collections::VecDeque, convert::Infallible, io, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;

use super::{shared::Shared, stream::Act};

pub(super) type WireBody = UnsyncBoxBody<Bytes, io::Error>;

pub(super) fn whole(bytes: Bytes) -> WireBody {
    Full::new(bytes).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// Counts a client that left before the answer was over.
pub(super) struct Reader {
    shared: Arc<Shared>,
    is_done: bool,
}

impl Reader {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, is_done: false }
    }

    pub(super) fn done(&mut self) {
        self.is_done = true;
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if !self.is_done {
            self.shared.progress.send_modify(|progress| progress.clients_left += 1);
        }
    }
}

/// A body that carries out the acts one by one.
pub(super) fn acting(acts: Vec<Act>, reader: Reader) -> WireBody {
    let state = (VecDeque::from(acts), reader);
    let frames = stream::unfold(state, |(mut acts, mut reader)| async move {
        loop {
            // Gives the connection the chance to write what it has.
            tokio::task::yield_now().await;
            let Some(act) = acts.pop_front() else {
                reader.done();
                return None;
            };
            match act {
                Act::Send(bytes) => return Some((Ok(Frame::data(bytes)), (acts, reader))),
                Act::SendForever(bytes) => {
                    acts.push_front(Act::SendForever(bytes.clone()));
                    return Some((Ok(Frame::data(bytes)), (acts, reader)));
                }
                Act::Pause(pause) => tokio::time::sleep(pause).await,
                Act::Gate(gate) => gate.pass().await,
                Act::Hang => std::future::pending().await,
                Act::Cut => {
                    reader.done();
                    acts.clear();
                    return Some((Err(io::Error::other("cut as scripted")), (acts, reader)));
                }
            }
        }
    });
    StreamBody::new(frames.boxed()).boxed_unsync()
}
