use anyhow::Context;

use super::signals::Signals;
use crate::{
    config::Config,
    metrics::{self, Figures},
    wire,
};

/// Works on runs and jobs that are due, without HTTP, until it is told to stop: beside any number of `stead serve` on the
/// same Postgres.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let recorder = metrics::gather(&config.metrics)?;
    let store = wire::store(&config).await.context("a worker needs a database that it can share, or one of its own")?;
    let application = wire::application(&config, store, wire::Overrides::default())?;
    Figures::show(&config.metrics, recorder, &application)?;
    application.start_worker();
    tracing::info!("working");
    signals.received().await;
    tracing::info!("stopping; a second signal stops at once");
    tokio::select! {
        () = application.stop() => tracing::info!("stopped"),
        () = signals.received() => tracing::warn!("stopped at once"),
    }
    Ok(())
}
