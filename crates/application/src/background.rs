use std::future::Future;

use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

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

    /// Starts a task.
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.tracker.spawn_on(task, &self.runtime)
    }

    /// Cancelled when the process begins to stop: streams say goodbye, loops end.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Cancelled when the time to stop in peace is over: runs end where they are.
    pub fn expired(&self) -> &CancellationToken {
        &self.expired
    }

    /// Says that the process stops; gives tasks `grace` to end by themselves, then as long to end where they are. Answers
    /// whether all have ended.
    pub async fn stop(&self, grace: std::time::Duration) -> bool {
        self.stopping.cancel();
        self.tracker.close();
        if tokio::time::timeout(grace, self.tracker.wait()).await.is_ok() {
            return true;
        }
        self.expired.cancel();
        tokio::time::timeout(grace.max(std::time::Duration::from_secs(1)), self.tracker.wait()).await.is_ok()
    }
}
