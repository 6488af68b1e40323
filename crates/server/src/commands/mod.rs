//! The subcommands of `stead`.

mod config;
mod migrate;
mod openapi;
mod serve;

use std::{future::Future, path::PathBuf};

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::{config::Config, telemetry};

/// Stead: a chat server in which people and agents share the same rooms.
#[derive(Debug, Parser)]
#[command(name = "stead", version, about)]
pub struct CommandLine {
    /// A TOML file with the settings that differ from the defaults.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API, and work on what is due.
    Serve,
    /// Bring the database's tables up to date, and end.
    Migrate,
    /// Print the OpenAPI document.
    Openapi,
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print what is in force, as TOML, without the secrets.
    Print,
}

impl CommandLine {
    /// Does what was asked.
    ///
    /// # Errors
    /// What went wrong, for the one who started it.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Openapi => openapi::run(),
            Command::Config(ConfigCommand::Print) => config::print(&self.read_config()?),
            Command::Serve => self.with_runtime(serve::run),
            Command::Migrate => self.with_runtime(migrate::run),
        }
    }

    fn read_config(&self) -> anyhow::Result<Config> {
        Ok(Config::from_process(self.config.as_deref())?)
    }

    fn with_runtime<F>(&self, command: impl FnOnce(Config) -> F) -> anyhow::Result<()>
    where
        F: Future<Output = anyhow::Result<()>>,
    {
        let config = self.read_config()?;
        telemetry::init(&config.log)?;
        let runtime = tokio::runtime::Runtime::new().context("the runtime could not be started")?;
        runtime.block_on(command(config))
    }
}
