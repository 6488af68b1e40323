//! `stead admin ensure-assistants`: gives everybody a channel with their own agent who has none.

use std::io::Write;

use anyhow::Context;

use crate::{
    config::Config,
    wire::{self, Overrides},
};

/// The server may be running: whoever comes first makes it, and nobody has two.
pub async fn ensure(config: Config) -> anyhow::Result<()> {
    let database = wire::database_beside(&config).await?;
    let application = wire::application(&config, database, Overrides::default())?;
    let ensured = application.ensure_assistants().await.context("the channels could not be made")?;
    writeln!(std::io::stdout(), "channels made: {}", ensured.made)?;
    Ok(())
}
