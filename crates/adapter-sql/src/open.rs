//! Why a database could not be opened: each of these is one line for the person who starts the server.

use std::path::PathBuf;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("the database {0} is in use by another process")]
    InUse(PathBuf),
    /// A file or folder could not be read or made.
    #[error("{path} cannot be used")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The URL does not name a database, or asks for what cannot be had. Says why, without the URL: it may hold a
    /// password.
    #[error("the database's URL {0}")]
    Url(String),
    /// The database does not answer, or refuses us.
    #[error("the database cannot be reached")]
    Connect(#[source] Source),
    /// The certificates that a TLS connection is checked with cannot be read.
    #[error("TLS to the database cannot be set up")]
    Tls(#[source] Source),
    /// The schema was made by a newer version of this program.
    #[error("the database's schema is newer than this program (it has {0}); start the newer program")]
    NewerSchema(String),
    /// Migrations have not been run, and running them was not wanted.
    #[error("the database is not migrated ({0} to be run); run `stead migrate`")]
    Pending(String),
    /// A migration failed.
    #[error("the database cannot be migrated")]
    Migration(#[source] Source),
    /// Another process holds the lock on migrations.
    #[error("another process has been migrating the database for too long")]
    MigrationLock,
    /// A statement at start failed.
    #[error("the database cannot be prepared")]
    Prepare(#[source] Source),
}
