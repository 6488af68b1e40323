use std::{future::Future, time::Duration};

use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

/// How long tasks have to end where they are when their time is over.
pub const LAST_MOMENTS: Duration = Duration::from_secs(2);

/// Where work goes on that outlives the request that began it: always on the main runtime, always accounted for.
#[derive(Debug, Clone)]
pub struct Background {
    runtime: Handle,
    tracker: TaskTracker,
    stopping: CancellationToken,
    expired: CancellationToken,
}

impl Background {
    /// Uses the runtime it is called on.
    pub fn on_current_runtime() -> Self {
        Self {
            runtime: Handle::current(),
            tracker: TaskTracker::new(),
            stopping: CancellationToken::new(),
            expired: CancellationToken::new(),
        }
    }

    /// Starts a task. What it logs belongs to what began it.
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.tracker.spawn_on(task.in_current_span(), &self.runtime)
    }

    /// Cancelled when the process begins to stop: streams say goodbye, loops end.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Cancelled when the time to stop in peace is over: runs end where they are.
    pub fn expired(&self) -> &CancellationToken {
        &self.expired
    }

    /// Says that the process stops; gives tasks `grace` to end by themselves, then [`LAST_MOMENTS`] to end where they are.
    /// Answers whether all have ended.
    pub async fn stop(&self, grace: Duration) -> bool {
        self.stopping.cancel();
        self.tracker.close();
        if tokio::time::timeout(grace, self.tracker.wait()).await.is_ok() {
            return true;
        }
        self.expired.cancel();
        tokio::time::timeout(LAST_MOMENTS, self.tracker.wait()).await.is_ok()
    }
}
