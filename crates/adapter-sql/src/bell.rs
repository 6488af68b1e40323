//! Wakes those who follow the event log.

use futures_util::{StreamExt, stream};
use stead_domain::ports::store::Wakeups;
use tokio::sync::watch;

/// Rung after events were committed. Who does not listen just then hears it later, once.
#[derive(Debug, Clone, Default)]
pub struct Bell {
    rung: watch::Sender<u64>,
}

impl Bell {
    pub fn ring(&self) {
        self.rung.send_modify(|times| *times = times.wrapping_add(1));
    }

    /// Ends when no bell is left that could ring.
    pub fn wakeups(&self) -> Wakeups {
        stream::unfold(self.rung.subscribe(), |mut rung| async {
            rung.changed().await.ok()?;
            Some(((), rung))
        })
        .boxed()
    }
}
