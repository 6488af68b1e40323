//! `stead admin create-user | reset-password`: people, by who holds the database. The server may be running.

use std::io::{Read, Write};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use rand::{RngExt, distr::Alphanumeric};
use stead_application::{
    Application, Conflict, Error,
    accounts::{Belongs, NewUser, Password},
};
use stead_domain::{
    OrganizationId,
    text::{DisplayName, Email, Handle},
    user::OrganizationRole,
};

use crate::{
    config::Config,
    wire::{self, Overrides},
};

/// How long a generated password is: 24 letters and digits are over 140 bits.
const GENERATED: usize = 24;

#[derive(Debug, Args)]
pub struct CreateUserArguments {
    /// What they sign in with.
    #[arg(long)]
    email: String,
    /// How others address them.
    #[arg(long)]
    handle: String,
    /// What they are called; their handle where absent.
    #[arg(long)]
    display_name: Option<String>,
    /// Make an organization of this name, whose owner they are.
    #[arg(long, required_unless_present = "organization", conflicts_with = "organization")]
    organization_name: Option<String>,
    /// Make them a member of this organization.
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
    /// What they may do in it.
    #[arg(long, value_enum, default_value = "member", conflicts_with = "organization_name")]
    role: Role,
    #[command(flatten)]
    password: PasswordArguments,
}

#[derive(Debug, Args)]
pub struct ResetPasswordArguments {
    /// What they sign in with.
    #[arg(long)]
    email: String,
    #[command(flatten)]
    password: PasswordArguments,
}

#[derive(Debug, Args)]
struct PasswordArguments {
    /// Read the password from standard input, to its end; a line break at the end does not count. Without this a password
    /// is made and printed once.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    Member,
    Admin,
    Owner,
}

pub async fn create(config: Config, arguments: &CreateUserArguments) -> anyhow::Result<()> {
    let email = Email::parse(&arguments.email).context("--email")?;
    let handle = Handle::parse(&arguments.handle).context("--handle")?;
    let display_name = arguments.display_name.as_deref().unwrap_or(&arguments.handle);
    let display_name = DisplayName::parse(display_name).context("--display-name")?;
    let belongs = match (&arguments.organization_name, arguments.organization) {
        (Some(name), _) => Belongs::New(DisplayName::parse(name.as_str()).context("--organization-name")?),
        (None, Some(id)) => Belongs::Existing(id, arguments.role.into()),
        (None, None) => bail!("either --organization-name or --organization is needed"),
    };
    let chosen = arguments.password.choose()?;
    let password = Password::parse(&chosen.text).context("the password")?;
    let new = NewUser { belongs, email, password, handle, display_name };
    let user = match application(&config).await?.create_user(new).await {
        Ok(user) => user,
        Err(Error::NotFound) => bail!("there is no such organization"),
        Err(Error::Conflict(Conflict::EmailTaken)) => bail!("this e-mail address is taken"),
        Err(Error::Conflict(Conflict::HandleTaken)) => bail!("this handle is taken"),
        Err(error) => return Err(error).context("the user could not be made"),
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "user {}  organization {}", user.id, user.organization_id)?;
    chosen.show(&mut out)
}

pub async fn reset_password(config: Config, arguments: &ResetPasswordArguments) -> anyhow::Result<()> {
    let email = Email::parse(&arguments.email).context("--email")?;
    let chosen = arguments.password.choose()?;
    let password = Password::parse(&chosen.text).context("the password")?;
    let user = match application(&config).await?.reset_password(&email, password).await {
        Ok(user) => user,
        Err(Error::NotFound) => bail!("nobody signs in with this address"),
        Err(error) => return Err(error).context("the password could not be reset"),
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "user {}: every sign-in of theirs is ended", user.id)?;
    chosen.show(&mut out)
}

async fn application(config: &Config) -> anyhow::Result<Application> {
    let database = wire::database_beside(config).await?;
    wire::application(config, database, Overrides::default())
}

/// A password, and whether somebody has to be told.
struct Chosen {
    text: String,
    is_generated: bool,
}

impl PasswordArguments {
    fn choose(&self) -> anyhow::Result<Chosen> {
        if !self.password_stdin {
            let text = rand::rng().sample_iter(Alphanumeric).take(GENERATED).map(char::from).collect();
            return Ok(Chosen { text, is_generated: true });
        }
        let mut text = String::new();
        // More than the longest password is not read: it is refused in any case.
        std::io::stdin().take(4_096).read_to_string(&mut text).context("the password could not be read")?;
        let text = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).unwrap_or(&text);
        Ok(Chosen { text: text.to_owned(), is_generated: false })
    }
}

impl Chosen {
    fn show(&self, out: &mut impl Write) -> anyhow::Result<()> {
        if self.is_generated {
            writeln!(out, "password {}", self.text)?;
        }
        Ok(out.flush()?)
    }
}

impl From<Role> for OrganizationRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Member => Self::Member,
            Role::Admin => Self::Admin,
            Role::Owner => Self::Owner,
        }
    }
}
