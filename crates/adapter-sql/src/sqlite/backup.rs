//! A copy of the database while others read and write it.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use diesel::{
    Connection, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    sql_types::{BigInt, Text},
};
use tempfile::NamedTempFile;

use super::executor::BUSY_TIMEOUT;

/// A copy could not be made or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no database to copy.
    #[error("there is no database at {0}")]
    Missing(PathBuf),
    /// Something is there already.
    #[error("{0} exists already; nothing is overwritten")]
    Exists(PathBuf),
    /// A file could not be read or written.
    #[error("{path} cannot be used")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no database of ours.
    #[error("{0} is not a Stead database")]
    Foreign(PathBuf),
    /// The database does not answer.
    #[error("the database {path} cannot be read")]
    Database {
        /// Which.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The copy is damaged.
    #[error("{path} is damaged: {problem}")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What SQLite found first.
        problem: String,
    },
}

impl BackupError {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }

    pub(super) fn database<E>(path: &Path) -> impl FnOnce(E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        move |error| Self::Database { path: path.to_owned(), source: error.into() }
    }
}

/// Writes a copy of the database to `target`, as it is at one moment after the call, and checks it. The server may go on:
/// the copy waits for nobody and nobody waits for it. `target` appears whole or not at all, readable by its owner alone.
/// Blocks until it is done.
pub(super) fn backup(database: &Path, target: &Path) -> Result<u64, BackupError> {
    if !database.is_file() {
        return Err(BackupError::Missing(database.to_owned()));
    }
    if target.exists() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    let folder = folder_of(target);
    let copy = NamedTempFile::new_in(folder).map_err(BackupError::file(folder))?;
    copy_into(database, copy.path())?;
    check(copy.path())?;
    place(copy, target)
}

fn copy_into(database: &Path, copy: &Path) -> Result<(), BackupError> {
    let failed = BackupError::database::<diesel::result::Error>;
    let mut connection = open(database)?;
    let into = copy.to_str().ok_or_else(|| BackupError::Foreign(copy.to_owned()))?;
    let copied = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(into).execute(&mut connection);
    copied.map(drop).map_err(failed(database))
}

/// A connection that changes no setting of the file.
pub(super) fn open(path: &Path) -> Result<SqliteConnection, BackupError> {
    let text = path.to_str().ok_or_else(|| BackupError::Foreign(path.to_owned()))?;
    let mut connection = SqliteConnection::establish(text).map_err(BackupError::database(path))?;
    let patience = format!("PRAGMA busy_timeout = {}; PRAGMA synchronous = FULL;", BUSY_TIMEOUT.as_millis());
    connection.batch_execute(&patience).map_err(|error| not_ours(path, error))?;
    Ok(connection)
}

fn not_ours(path: &Path, error: diesel::result::Error) -> BackupError {
    match &error {
        diesel::result::Error::DatabaseError(_, said) if said.message() == "file is not a database" => {
            BackupError::Foreign(path.to_owned())
        }
        _ => BackupError::database(path)(error),
    }
}

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Whether the file is whole and ours.
pub(super) fn check(path: &Path) -> Result<(), BackupError> {
    let failed = || BackupError::database::<diesel::result::Error>(path);
    let mut connection = open(path)?;
    let ours = "SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('event_epoch', '__diesel_schema_migrations')";
    let tables: Count = diesel::sql_query(ours).get_result(&mut connection).map_err(|error| not_ours(path, error))?;
    if tables.n != 2 {
        return Err(BackupError::Foreign(path.to_owned()));
    }
    let found: Found = diesel::sql_query("PRAGMA integrity_check(1)").get_result(&mut connection).map_err(failed())?;
    if found.integrity_check != "ok" {
        return Err(BackupError::Damaged { path: path.to_owned(), problem: found.integrity_check });
    }
    let dangling = "SELECT count(*) AS n FROM pragma_foreign_key_check";
    let dangling: Count = diesel::sql_query(dangling).get_result(&mut connection).map_err(failed())?;
    if dangling.n > 0 {
        let problem = format!("{} rows refer to what is not there", dangling.n);
        return Err(BackupError::Damaged { path: path.to_owned(), problem });
    }
    Ok(())
}

/// Makes the copy durable and gives it its name, unless that is taken. Answers its size.
pub(super) fn place(copy: NamedTempFile, target: &Path) -> Result<u64, BackupError> {
    let failed = || BackupError::file(target);
    copy.as_file().sync_all().map_err(failed())?;
    let bytes = copy.as_file().metadata().map_err(failed())?.len();
    match copy.persist_noclobber(target) {
        Ok(_) => {}
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(BackupError::Exists(target.to_owned()));
        }
        Err(error) => return Err(failed()(error.error)),
    }
    File::open(folder_of(target)).and_then(|folder| folder.sync_all()).map_err(failed())?;
    Ok(bytes)
}

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
