//! `stead admin reindex`: has the indexes of words and of vectors made anew.

use std::{io::Write, time::Duration};

use anyhow::Context;
use clap::Args;
use stead_domain::{
    OrganizationId,
    ports::{Store, store::LogFollower},
};

use crate::{config::Config, wire};

/// How often is looked whether it is done.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub struct ReindexArguments {
    /// Only what belongs to this organization.
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
    /// Wait until it is done.
    #[arg(long)]
    wait: bool,
}

/// Asks the server that is running, or the next one, to walk through everything. Search goes on meanwhile.
pub async fn run(config: Config, arguments: &ReindexArguments) -> anyhow::Result<()> {
    let store = wire::database_beside(&config).await?.store;
    if let Some(organization) = arguments.organization {
        let found = store.find_organization(organization).await.context("the organization could not be looked for")?;
        found.filter(|found| found.id == organization).context("there is no such organization")?;
    }
    for index in LogFollower::ALL {
        store.ask_for_walk(index, arguments.organization, true).await.context("it could not be asked for")?;
    }
    writeln!(std::io::stdout(), "the indexes are made anew by the server, as soon as it runs")?;
    if arguments.wait {
        wait(&*store).await?;
        writeln!(std::io::stdout(), "done")?;
    }
    Ok(())
}

async fn wait(store: &dyn Store) -> anyhow::Result<()> {
    for index in LogFollower::ALL {
        while store.is_walking(index).await? {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
    Ok(())
}
