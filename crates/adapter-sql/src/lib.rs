//! The `Store` port in a SQL database: a SQLite file for one process, or Postgres for any number.
//!
//! **Belongs here:** the schema, rows and their way to and from entities, statements, the two executors, migrations, the
//! event log, jobs and leases.
//!
//! **Does not belong here:** rules. A statement checks what a guard or a change says, and decides nothing.
//!
//! **How it is laid out:** `types`, `names`, `schema` and `rows` serve both databases. `store` holds the
//! statements, written once and compiled twice, below `sqlite` and below `postgres`; each of these supplies a `prelude`
//! with what differs, its executor, and how it is opened.
//!
//! **Invariants:** every write is one job in one transaction that nobody can drop half way; a value in a column that this
//! version does not know is an error, never a panic; nothing of a row is in an error's text.
#![expect(clippy::duplicate_mod, reason = "`store` is compiled once per database on purpose")]

mod bell;
mod error;
mod figures;
mod migrations;
mod names;
mod open;
mod paging;
mod postgres;
mod prepared;
mod rows;
mod schema;
mod sqlite;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod types;

pub use crate::{
    migrations::Pending,
    open::OpenError,
    postgres::{PostgresOptions, PostgresStore},
    sqlite::{BackupError, RestoreError, SqliteOptions, SqliteStore},
};
