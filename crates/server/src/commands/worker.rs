use anyhow::Context;

use stead_application::Application;

use super::{service_manager, signals::Signals};
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
    let database = wire::database(&config).await;
    let database = database.context("a worker needs a database that it can share, or one of its own")?;
    let application = wire::application(&config, database, wire::Overrides::default())?;
    Figures::show(&config.metrics, recorder, &application)?;
    application.start_worker();
    tracing::info!("working");
    service_manager::ready();
    tokio::select! {
        ended = until_stopped(&application, &mut signals) => ended,
        never = service_manager::watched(None) => match never {},
    }
}

async fn until_stopped(application: &Application, signals: &mut Signals) -> anyhow::Result<()> {
    signals.received().await;
    service_manager::stopping();
    tracing::info!("stopping; a second signal stops at once");
    tokio::select! {
        () = application.stop() => tracing::info!("stopped"),
        () = signals.received() => tracing::warn!("stopped at once"),
    }
    Ok(())
}
