//! The load generator behind `make bench`: what this machine gives at most, and what Stead makes of it, in one run.
//!
//! Every figure stands beside a floor measured a moment before or after on the same machine (the same rows written raw into
//! the same database, the same question put to the adapter, a handler that says hello, the model's own time): the ratio
//! means something on a noisy machine, the figure alone does not. What goes over HTTP goes to the built binary, in a process
//! of its own.
//!
//! With names as arguments it measures these parts alone: `list`, `store`, `channels`, `http`, `streams`, `tools`, `start`,
//! `mine`, `realtime`, `stand-ins`, `questions`, `indexing`, `files`, `documents`, `search`.
//!
//! **Belongs here:** load, floors, printing. **Does not belong here:** judgements: no figure fails a build.

mod broadcast;
mod channels;
mod extraction;
mod floor;
mod house;
mod http;
mod indexing;
mod measure;
mod mine;
mod model;
mod objects;
mod people;
mod questions;
mod raw;
mod realtime;
mod repeat;
mod search;
mod sends;
mod sockets;
mod stand_ins;
mod start;
mod store;
mod streams;
mod thread_list;
mod tools;
mod turns;
mod uploads;

use std::io::Write;

use self::{
    house::{Ground, On},
    raw::Raw,
    store::Database,
};

/// What is to be measured.
struct Wanted(Vec<String>);

impl Wanted {
    fn has(&self, part: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| name == part)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == [broadcast::ARGUMENT] {
        return broadcast::serve().await;
    }
    // A socket of 2,000 people, of the house and of its floor, takes a file each; those who are started inherit it.
    rlimit::increase_nofile_limit(u64::MAX)?;
    let wanted = Wanted(arguments);
    if wanted.has("http") {
        report(floor::hello().await?)?;
    }
    let database = store::sqlite()?;
    through_the_store(&wanted, &database).await?;
    let floor = floor_of(&wanted, &database).await?;
    through_the_house(&wanted, &database, floor, On::Sqlite).await?;
    in_houses(&wanted, On::Sqlite).await?;
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
    if let Some(floor) = floor.as_ref().filter(|_| wanted.has("store"))
        && let Some(alone) = store::postgres("Postgres, each commit alone", 0).await?
    {
        report(floor::inserts(&alone).await?)?;
        report(sends::measure(&alone, floor).await?)?;
        report(turns::measure(&alone).await?)?;
    }
    through_the_house(wanted, &database, floor, On::Postgres).await?;
    in_houses(wanted, On::Postgres).await
}

/// What takes a house of its own.
async fn in_houses(wanted: &Wanted, on: On) -> anyhow::Result<()> {
    if wanted.has("streams") {
        streams::measure(Ground::new(on).await?).await?.into_iter().try_for_each(report)?;
    }
    if wanted.has("tools") {
        tools::measure(Ground::new(on).await?).await?.into_iter().try_for_each(report)?;
    }
    if wanted.has("start") {
        report(start::measure(&Ground::new(on).await?).await?)?;
    }
    if wanted.has("mine") {
        report(mine::measure(on).await?)?;
    }
    if wanted.has("realtime") {
        realtime::measure(on).await?.into_iter().try_for_each(report)?;
    }
    if wanted.has("stand-ins") {
        stand_ins::measure(on).await?.into_iter().try_for_each(report)?;
    }
    if wanted.has("questions") {
        questions::measure(on).await?.into_iter().try_for_each(report)?;
    }
    if wanted.has("indexing") {
        report(indexing::measure(on).await?)?;
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
    Ok(uploads::measure(&Ground::new(On::Sqlite).await?, &floor).await?.into_iter().try_for_each(report)?)
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

async fn through_the_house(wanted: &Wanted, database: &Database, floor: Option<Raw>, on: On) -> anyhow::Result<()> {
    let Some(floor) = floor.filter(|_| wanted.has("http")) else { return Ok(()) };
    let ground = Ground::new(on).await?;
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
