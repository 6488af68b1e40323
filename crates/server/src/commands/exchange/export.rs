use std::{io::Write, path::PathBuf};

use anyhow::bail;
use clap::Args;
use stead_exchange::Exported;

use super::{application, organization, progress};
use crate::{commands::signals::Signals, config::Config};

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The zip file to write. It must not exist.
    file: PathBuf,
    /// Which organization: its id, or the handle of somebody in it.
    #[arg(long, value_name = "ID|HANDLE")]
    organization: String,
}

/// Everything of an organization: whoever has the file has all that was said in it. The file is there when it is whole, and
/// not before.
pub async fn run(config: Config, arguments: &ExportArguments) -> anyhow::Result<()> {
    let application = application(&config).await?;
    let organization = organization(&application, &arguments.organization).await?;
    let mut progress = progress::shown("messages and files");
    let mut signals = Signals::listen()?;
    let exported = tokio::select! {
        biased;
        // What was written so far is removed.
        () = signals.received() => bail!("the export was interrupted: {} is not there", arguments.file.display()),
        exported = stead_exchange::export(&application, organization, &arguments.file, &mut *progress) => exported?,
    };
    let Exported { users, channels, messages, threads, thread_messages, files, damaged, bytes } = exported;
    let mut out = std::io::stdout();
    writeln!(out, "{}: {bytes} bytes", arguments.file.display())?;
    writeln!(out, "users: {users}  channels: {channels}  messages: {messages}")?;
    writeln!(out, "threads: {threads}  their messages: {thread_messages}  files: {files}")?;
    if damaged > 0 {
        writeln!(out, "{damaged} files are not there as they were uploaded: manifest.json names them")?;
    }
    Ok(out.flush()?)
}
