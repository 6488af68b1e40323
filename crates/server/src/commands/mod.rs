//! The subcommands of `stead`.

mod admin;
mod config;
mod exchange;
mod extract;
mod healthcheck;
mod migrate;
mod openapi;
mod serve;
mod service_manager;
mod signals;
mod worker;

use std::{future::Future, path::PathBuf};

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::{config::Config, telemetry, traces::Traces};

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
    /// Work on what is due without serving the API: beside `stead serve`, on the same Postgres.
    Worker,
    /// Bring the database's tables up to date, and end.
    Migrate,
    /// Print the OpenAPI document.
    Openapi,
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// What an operator does by hand: backup, restore, dead jobs.
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Bring in conversations that were held elsewhere.
    #[command(subcommand)]
    Import(exchange::ImportCommand),
    /// Write all of an organization to a file: people, channels, messages, threads, files.
    Export(exchange::ExportArguments),
    /// Ask the server of this configuration whether it is ready; ends with 0 if it is.
    Healthcheck,
    /// Read one document, for the process that asks for it.
    #[command(hide = true)]
    Extract {
        /// What it may take.
        #[arg(long)]
        order: String,
    },
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
            Command::Extract { order } => extract::run(&order),
            Command::Config(ConfigCommand::Print) => config::print(&self.read_config()?),
            Command::Serve => self.with_runtime(serve::run),
            Command::Worker => self.with_runtime(worker::run),
            Command::Migrate => self.with_runtime(migrate::run),
            Command::Admin(ref command) => command.run(&self),
            Command::Import(ref command) => command.run(&self),
            Command::Export(ref arguments) => self.with_runtime(|config| exchange::export(config, arguments)),
            Command::Healthcheck => healthcheck::run(&self.read_config()?),
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
        let traces = Traces::start(&config.otel)?;
        telemetry::init(&config.log, traces.as_ref())?;
        let runtime = tokio::runtime::Runtime::new().context("the runtime could not be started")?;
        let ended = runtime.block_on(command(config));
        if let Some(traces) = traces {
            traces.finish();
        }
        ended
    }
}
