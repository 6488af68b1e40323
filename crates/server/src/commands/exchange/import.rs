use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand};
use stead_application::import::Tally;
use stead_exchange::{import_jsonl, import_slack};

use super::{super::CommandLine, application, organization, progress};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Bring in what Slack gave as an export of a workspace. A repeat brings nothing twice and goes on where one was cut off.
    Slack(SlackArguments),
    /// Bring in lines of JSON, a message each: {"author" or "handle", "text", "at", "id"?, "reply_to"?, "channel"?}.
    Jsonl(JsonlArguments),
}

#[derive(Debug, Args)]
pub struct SlackArguments {
    /// The zip file, as it came.
    file: PathBuf,
    /// Into which organization: its id, or the handle of somebody in it.
    #[arg(long, value_name = "ID|HANDLE")]
    organization: String,
}

#[derive(Debug, Args)]
pub struct JsonlArguments {
    /// The files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Into which organization: its id, or the handle of somebody in it.
    #[arg(long, value_name = "ID|HANDLE")]
    organization: String,
    /// Into which channel go the lines that name none. A channel that is not there is made, public.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
}

impl ImportCommand {
    pub fn run(&self, command_line: &CommandLine) -> anyhow::Result<()> {
        match self {
            Self::Slack(arguments) => command_line.with_runtime(|config| slack(config, arguments)),
            Self::Jsonl(arguments) => command_line.with_runtime(|config| jsonl(config, arguments)),
        }
    }
}

async fn slack(config: Config, arguments: &SlackArguments) -> anyhow::Result<()> {
    let application = application(&config).await?;
    let organization = organization(&application, &arguments.organization).await?;
    let mut progress = progress::shown("days");
    told(import_slack(&application, organization, &arguments.file, &mut *progress).await?)
}

async fn jsonl(config: Config, arguments: &JsonlArguments) -> anyhow::Result<()> {
    let application = application(&config).await?;
    let organization = organization(&application, &arguments.organization).await?;
    let mut progress = progress::shown("bytes");
    let channel = arguments.channel.as_deref();
    told(import_jsonl(&application, organization, &arguments.files, channel, &mut *progress).await?)
}

fn told(tally: Tally) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let Tally { people_made, people_known, channels_made, channels_known, messages, messages_known, left_out } = tally;
    writeln!(out, "people: {people_made} made, {people_known} were there")?;
    writeln!(out, "channels: {channels_made} made, {channels_known} were there")?;
    writeln!(out, "messages: {messages} stored, {messages_known} were there, {left_out} left out")?;
    Ok(out.flush()?)
}
