//! `stead admin`: what an operator does by hand. A file each.

mod assistants;
mod backup;
mod jobs;
mod reindex;
mod users;

use clap::Subcommand;

use super::CommandLine;

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// List the jobs that were set aside as dead, or try them again.
    Jobs(jobs::JobsArguments),
    /// Make the indexes of words and of vectors anew, from what there is.
    Reindex(reindex::ReindexArguments),
    /// Copy the embedded database to a file, while the server runs or not.
    Backup(backup::BackupArguments),
    /// Make such a copy the database of an empty data folder.
    Restore(backup::RestoreArguments),
    /// Make a person, in an organization or with one of their own.
    CreateUser(users::CreateUserArguments),
    /// Give everybody a channel with their own agent who has none.
    EnsureAssistants,
    /// Give a person another password and end all their sign-ins.
    ResetPassword(users::ResetPasswordArguments),
}

impl AdminCommand {
    pub fn run(&self, command_line: &CommandLine) -> anyhow::Result<()> {
        match self {
            Self::Jobs(arguments) => command_line.with_runtime(|config| jobs::run(config, arguments)),
            Self::Reindex(arguments) => command_line.with_runtime(|config| reindex::run(config, arguments)),
            Self::CreateUser(arguments) => command_line.with_runtime(|config| users::create(config, arguments)),
            Self::EnsureAssistants => command_line.with_runtime(assistants::ensure),
            Self::ResetPassword(arguments) => {
                command_line.with_runtime(|config| users::reset_password(config, arguments))
            }
            Self::Backup(arguments) => backup::backup(&command_line.read_config()?, arguments),
            Self::Restore(arguments) => backup::restore(&command_line.read_config()?, arguments),
        }
    }
}
