//! A gate that a test opens when it is ready, in place of a sleep.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

/// How long a test waits for what it expects before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Something waits in front of it until the test opens it. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate(Arc<watch::Sender<State>>);

#[derive(Debug, Default)]
struct State {
    arrived: usize,
    is_open: bool,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(State::default())))
    }

    /// Lets everything through, what waits and what comes.
    pub fn open(&self) {
        self.0.send_modify(|state| state.is_open = true);
    }

    /// Waits until something stands in front of it, or has passed it.
    pub async fn reached(&self) {
        self.reached_by(1).await;
    }

    /// Waits until so many have come.
    pub async fn reached_by(&self, count: usize) {
        let mut state = self.0.subscribe();
        let arrived = state.wait_for(|state| state.arrived >= count);
        tokio::time::timeout(PATIENCE, arrived)
            .await
            .unwrap_or_else(|_| panic!("nobody came to the gate"))
            .expect("the gate holds its sender");
    }

    /// Comes to the gate and waits until it is open.
    pub async fn pass(&self) {
        self.0.send_modify(|state| state.arrived += 1);
        let mut state = self.0.subscribe();
        state.wait_for(|state| state.is_open).await.expect("the gate holds its sender");
    }
}
