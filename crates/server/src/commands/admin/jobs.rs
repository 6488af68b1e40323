//! `stead admin jobs`: what was set aside as dead, and trying it again.

use std::io::Write;

use anyhow::Context;
use clap::{Args, Subcommand};
use stead_domain::{JobId, ports::store::DeadJobs};

use crate::{config::Config, wire};

#[derive(Debug, Args)]
pub struct JobsArguments {
    #[command(subcommand)]
    command: Option<JobsCommand>,
}

#[derive(Debug, Subcommand)]
enum JobsCommand {
    /// Try dead jobs again, with all their tries before them.
    Retry {
        /// The job.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        id: Option<JobId>,
        /// All that are dead.
        #[arg(long)]
        all: bool,
    },
}

/// Lists the dead jobs, or tries them again. The server may be running.
pub async fn run(config: Config, arguments: &JobsArguments) -> anyhow::Result<()> {
    let store = wire::database_beside(&config).await?.store;
    let mut out = std::io::stdout().lock();
    if let Some(JobsCommand::Retry { id, .. }) = &arguments.command {
        let retried = store.retry_dead_jobs(id.map_or(DeadJobs::All, DeadJobs::One)).await?;
        if let (Some(id), 0) = (id, retried) {
            anyhow::bail!("{id} is not a dead job; `stead admin jobs` lists them");
        }
        writeln!(out, "{retried} to be tried again")?;
        return Ok(());
    }
    let jobs = store.figures().await.context("the jobs could not be counted")?.jobs;
    writeln!(out, "waiting {}  at work {}  dead {}", jobs.waiting, jobs.at_work, jobs.dead)?;
    for (id, error) in store.list_dead_jobs().await? {
        writeln!(out, "{id}  {error}")?;
    }
    Ok(())
}
