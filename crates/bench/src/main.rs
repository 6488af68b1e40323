//! The load generator behind `make bench`: what this machine gives at most, and what Stead makes of it, in one run.
//!
//! Every figure stands beside a floor measured a moment before or after on the same machine (raw inserts into the same
//! database, a handler that says hello): the ratio means something on a noisy machine, the figure alone does not.
//!
//! **Belongs here:** load, floors, printing. **Does not belong here:** judgements: no figure fails a build.

mod floor;
mod http;
mod measure;
mod relay;
mod sends;
mod store;
mod thread_list;

use std::io::Write;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    for database in store::databases().await? {
        report(thread_list::measure(&database).await?)?;
        report(floor::inserts(&database).await?)?;
        report(sends::measure(&database).await?)?;
    }
    for line in [floor::hello().await?, http::measure().await?, relay::measure().await?] {
        report(line)?;
    }
    Ok(())
}

fn report(line: measure::Line) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
