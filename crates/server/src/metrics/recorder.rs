use std::{sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use stead_application::Background;

use super::names;

/// Seconds, from a statement on a fast disk to the longest answer of a model.
const SECONDS: [f64; 15] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0];
/// Writes made durable together.
const WRITES: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
/// What was recorded is summed up so often: until then it takes memory.
const SUM_UP_EVERY: Duration = Duration::from_secs(5);

/// What keeps the figures of this process.
#[derive(Clone)]
pub struct Recorder(PrometheusHandle);

/// The figures cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    /// The buckets are wrong.
    #[error("the buckets of a histogram are wrong")]
    Buckets(#[from] BuildError),
    /// Somebody else in this process keeps figures.
    #[error("somebody else in this process keeps figures already")]
    Taken,
}

impl Recorder {
    /// The one of this process, which is made when it is first asked for. Servers in one process share it.
    ///
    /// # Errors
    /// As [`RecorderError`] says.
    pub fn of_this_process() -> Result<Self, RecorderError> {
        static INSTALLED: OnceLock<PrometheusHandle> = OnceLock::new();
        if let Some(handle) = INSTALLED.get() {
            return Ok(Self(handle.clone()));
        }
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .set_buckets_for_metric(Matcher::Suffix("_writes".to_owned()), &WRITES)?
            .build_recorder();
        let handle = recorder.handle();
        // Of two that start at once, one installs and the other finds it.
        if metrics::set_global_recorder(recorder).is_ok() {
            names::describe();
            return Ok(Self(INSTALLED.get_or_init(|| handle).clone()));
        }
        INSTALLED.get().map(|handle| Self(handle.clone())).ok_or(RecorderError::Taken)
    }

    /// Sums up what was recorded, again and again until the process stops.
    pub fn sum_up_in_background(&self, background: &Background) {
        let (handle, stopping) = (self.0.clone(), background.stopping().clone());
        background.spawn(async move {
            while tokio::time::timeout(SUM_UP_EVERY, stopping.cancelled()).await.is_err() {
                handle.run_upkeep();
            }
        });
    }

    /// Everything, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.0.render()
    }
}
