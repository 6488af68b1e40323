//! `stead import` and `stead export`: conversations from elsewhere, and all of an organization in a file. The server may be
//! running.

mod export;
mod import;
mod progress;

use anyhow::{Context, bail};
use stead_application::{Application, Error};
use stead_domain::{OrganizationId, text::Handle};

pub use self::{export::ExportArguments, export::run as export, import::ImportCommand};
use crate::{
    config::Config,
    wire::{self, Overrides},
};

async fn application(config: &Config) -> anyhow::Result<Application> {
    let database = wire::database_beside(config).await?;
    wire::application(config, database, Overrides::default())
}

/// An organization, by its id or by the handle of somebody in it.
async fn organization(application: &Application, named: &str) -> anyhow::Result<OrganizationId> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let handle = named.strip_prefix('@').unwrap_or(named);
    let handle = Handle::parse(handle).context("--organization is neither an id nor a handle")?;
    match application.organization_with(&handle).await {
        Ok(id) => Ok(id),
        Err(Error::NotFound) => bail!("--organization: nobody has the handle {}", handle.as_str()),
        Err(error) => Err(error).context("the organization could not be looked for"),
    }
}
