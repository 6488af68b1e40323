//! Notices within this process: what [`Notifier`](stead_domain::ports::Notifier) is on SQLite, and on Postgres the part of
//! it that stays here.

use futures_util::{StreamExt, stream};
use stead_domain::ports::notifier;
use tokio::sync::broadcast::{self, error::RecvError};

/// How many notices a reader may be behind before it loses some.
const ROOM: usize = 4_096;

/// Tells whoever listens in this process.
#[derive(Debug, Clone)]
pub struct Notices {
    told: broadcast::Sender<notifier::Notice>,
}

impl Default for Notices {
    fn default() -> Self {
        Self { told: broadcast::Sender::new(ROOM) }
    }
}

impl Notices {
    pub fn tell(&self, notice: notifier::Notice) {
        // Nobody listens: nobody misses it.
        self.told.send(notice).ok();
    }

    /// Ends when nothing is left that could tell.
    pub fn notices(&self) -> notifier::Notices {
        stream::unfold(self.told.subscribe(), |mut told| async {
            loop {
                match told.recv().await {
                    Ok(notice) => return Some((notice, told)),
                    Err(RecvError::Lagged(lost)) => tracing::debug!(lost, "a reader of notices is too slow"),
                    Err(RecvError::Closed) => return None,
                }
            }
        })
        .boxed()
    }
}
