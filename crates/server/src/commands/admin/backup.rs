//! `stead admin backup` and `stead admin restore`: the embedded database, and on request its secret.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use clap::Args;
use stead_adapter_sql::SqliteStore;

use crate::config::{Config, DatabaseUrl};

#[derive(Debug, Args)]
pub struct BackupArguments {
    /// The file to write. It must not exist.
    file: PathBuf,
    /// Write the generated secret too, beside it, as FILE.secret.
    #[arg(long)]
    with_secret: bool,
}

#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// A file that `stead admin backup` wrote. With FILE.secret beside it, that is restored too.
    file: PathBuf,
}

/// Copies the database. The server may be running.
pub fn backup(config: &Config, arguments: &BackupArguments) -> anyhow::Result<()> {
    let database = sqlite_path(config)?;
    let (file, secret) = (&arguments.file, secret_of(&arguments.file));
    ensure!(!file.exists(), "{} exists already; nothing is overwritten", file.display());
    let kept = config.data_dir.join("auth.secret");
    // The secret first: where the copy is, all that was asked for is.
    if arguments.with_secret {
        ensure!(config.auth.secret.is_none(), "auth.secret comes from the configuration: keep it with your secrets");
        write_secret(&read_secret(&kept)?, &secret)?;
    }
    let bytes = match SqliteStore::backup(database, file) {
        Ok(bytes) => bytes,
        Err(error) => {
            if arguments.with_secret {
                fs::remove_file(&secret).with_context(|| format!("{} is left over", secret.display()))?;
            }
            return Err(error.into());
        }
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{}: {bytes} bytes, checked", file.display())?;
    writeln!(out, "Not in it: the bytes of files ({}): copy them after this.", config.objects.url)?;
    if arguments.with_secret {
        writeln!(out, "{}: the secret; whoever has it can sign in as anybody", secret.display())?;
    } else {
        writeln!(
            out,
            "Not in it: auth.secret, from which all keys are derived (--with-secret adds it). Without it everybody signs in \
             anew after a restore."
        )?;
    }
    Ok(())
}

/// Puts a copy in the place of a database that is not there yet.
pub fn restore(config: &Config, arguments: &RestoreArguments) -> anyhow::Result<()> {
    let database = sqlite_path(config)?;
    let file = &arguments.file;
    ensure!(file.is_file(), "there is no file {}", file.display());
    make_empty(&config.data_dir)?;
    let beside = secret_of(file);
    let configured = config.auth.secret.is_some();
    let secret = if beside.is_file() && !configured { Some(read_secret(&beside)?) } else { None };
    SqliteStore::restore(file, database)?;
    if let Some(secret) = &secret {
        write_secret(secret, &config.data_dir.join("auth.secret"))?;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{} restored; `stead serve` starts it", database.display())?;
    if secret.is_none() && !configured {
        writeln!(out, "There is no {}: a new secret is made, and everybody signs in anew.", beside.display())?;
    }
    Ok(())
}

fn sqlite_path(config: &Config) -> anyhow::Result<&Path> {
    match &config.database.url {
        DatabaseUrl::Sqlite(path) => Ok(path),
        DatabaseUrl::Postgres(_) => {
            bail!("this is for SQLite; a Postgres database is backed up with its own tools (pg_dump)")
        }
    }
}

/// Only what a restore makes may be in the folder afterwards.
fn make_empty(folder: &Path) -> anyhow::Result<()> {
    crate::wire::make_folder(folder)?;
    let mut entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    ensure!(entries.next().is_none(), "{} is not empty; a restore needs an empty data folder", folder.display());
    Ok(())
}

fn secret_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".secret");
    name.into()
}

fn read_secret(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("the secret {} cannot be read", path.display()))
}

/// Its owner alone may read it; nothing is overwritten.
fn write_secret(secret: &[u8], path: &Path) -> anyhow::Result<()> {
    let file = fs::File::options().write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(secret).and_then(|()| file.sync_all()));
    written.with_context(|| format!("the secret cannot be written to {}", path.display()))
}
