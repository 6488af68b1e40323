//! The load generator behind `make bench`: what this machine gives at most, and what Stead makes of it, in one run.
//!
//! Every figure stands beside a floor measured a moment before or after on the same machine (the same rows written raw into
//! the same database, the same question put to the adapter, a handler that says hello, the model's own time): the ratio
//! means something on a noisy machine, the figure alone does not. What goes over HTTP goes to the built binary, in a process
//! of its own.
//!
//! With names as arguments it measures these parts alone: `list`, `store`, `channels`, `http`, `streams`, `tools`, `start`, `files`,
//! `documents`, `search`.
//!
//! **Belongs here:** load, floors, printing. **Does not belong here:** judgements: no figure fails a build.

mod channels;
mod extraction;
mod floor;
mod house;
mod http;
mod measure;
mod model;
mod objects;
mod raw;
mod search;
mod sends;
mod start;
mod store;
mod streams;
mod thread_list;
mod tools;
mod turns;
mod uploads;

use std::io::Write;

use self::{house::Ground, raw::Raw, store::Database};

/// What is to be measured.
struct Wanted(Vec<String>);

impl Wanted {
    fn has(&self, part: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| name == part)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let wanted = Wanted(std::env::args().skip(1).collect());
    if wanted.has("http") {
        report(floor::hello().await?)?;
    }
    let database = store::sqlite()?;
    through_the_store(&wanted, &database).await?;
    let floor = floor_of(&wanted, &database).await?;
    through_the_house(&wanted, &database, floor, Ground::sqlite()?).await?;
    if wanted.has("streams") {
        streams::measure(Ground::sqlite()?).await?.into_iter().try_for_each(report)?;
    }
    if wanted.has("tools") {
        tools::measure(Ground::sqlite()?).await?.into_iter().try_for_each(report)?;
    }
    if wanted.has("start") {
        report(start::measure(&Ground::sqlite()?).await?)?;
    }
    if wanted.has("search") {
        search::measure(&store::sqlite()?).await?.into_iter().try_for_each(report)?;
    }
    if wanted.has("files") {
        files().await?;
    }
    if wanted.has("documents") {
        report(extraction::measure().await?)?;
    }
    if store::there_is_postgres() {
        on_postgres(&wanted).await?;
    }
    Ok(())
}

async fn on_postgres(wanted: &Wanted) -> anyhow::Result<()> {
    let Some(database) = store::postgres("Postgres", 2).await? else { return Ok(()) };
    if wanted.has("search")
        && let Some(database) = store::postgres("Postgres", 2).await?
    {
        search::measure(&database).await?.into_iter().try_for_each(report)?;
    }
    through_the_store(wanted, &database).await?;
    let floor = floor_of(wanted, &database).await?;
    // The same, to see what the grouping of commits gives.
    if let Some(floor) = &floor
        && let Some(alone) = store::postgres("Postgres, each commit alone", 0).await?
    {
        report(floor::inserts(&alone).await?)?;
        report(sends::measure(&alone, floor).await?)?;
        report(turns::measure(&alone).await?)?;
    }
    through_the_house(wanted, &database, floor, Ground::postgres().await?).await?;
    if wanted.has("streams") {
        streams::measure(Ground::postgres().await?).await?.into_iter().try_for_each(report)?;
    }
    if wanted.has("tools") {
        tools::measure(Ground::postgres().await?).await?.into_iter().try_for_each(report)?;
    }
    if wanted.has("start") {
        report(start::measure(&Ground::postgres().await?).await?)?;
    }
    Ok(())
}

/// The bytes of files, beside a plain file on the same disk.
async fn files() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (floor, line) = objects::plain(folder.path())?;
    report(line)?;
    report(objects::folder(folder.path(), &floor).await?)?;
    report(objects::s3(&floor).await?)?;
    Ok(uploads::measure(&Ground::sqlite()?, &floor).await?.into_iter().try_for_each(report)?)
}

async fn through_the_store(wanted: &Wanted, database: &Database) -> anyhow::Result<()> {
    if wanted.has("list") {
        report(thread_list::measure(database).await?)?;
    }
    Ok(())
}

/// The floor of sends, with what the store makes of it.
async fn floor_of(wanted: &Wanted, database: &Database) -> anyhow::Result<Option<Raw>> {
    if !wanted.has("store") && !wanted.has("channels") && !wanted.has("http") {
        return Ok(None);
    }
    let (floor, line) = raw::measure(database).await?;
    report(line)?;
    if wanted.has("store") {
        report(floor::inserts(database).await?)?;
        report(sends::measure(database, &floor).await?)?;
        report(turns::measure(database).await?)?;
    }
    if wanted.has("channels") {
        report(channels::sends(database, &floor).await?)?;
        report(channels::among_many(database).await?)?;
    }
    Ok(Some(floor))
}

async fn through_the_house(
    wanted: &Wanted,
    database: &Database,
    floor: Option<Raw>,
    ground: Ground,
) -> anyhow::Result<()> {
    let Some(floor) = floor.filter(|_| wanted.has("http")) else { return Ok(()) };
    let house = ground.open().await?;
    let token = house.register().await?;
    report(http::sends(&house, ground.name, &token, &floor).await?)?;
    report(http::latest(&house, &token, database).await?)?;
    report(http::reads(&house, ground.name, &token).await?)?;
    house.close().await
}

fn report(line: measure::Line) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
