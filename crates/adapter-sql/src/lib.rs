//! The `Store`, `Notifier` and `VectorStore` ports in a SQL database: a SQLite file for one process, or Postgres for any number.
//!
//! **Belongs here:** the schema, rows and their way to and from entities, statements, the two executors, migrations, the
//! event log, jobs and leases, the embedded index of vectors.
//!
//! **Does not belong here:** rules. A statement checks what a guard or a change says, and decides nothing.
//!
//! **How it is laid out:** `types`, `names`, `schema` and `rows` serve both databases. `store` holds the
//! statements, written once and compiled twice, below `sqlite` and below `postgres`; each of these supplies a `prelude`
//! with what differs, its executor, and how it is opened. `vectors` holds what of the index of vectors is no statement.
//!
//! **Invariants:** every write is one job in one transaction that nobody can drop half way; a value in a column that this
//! version does not know is an error, never a panic; nothing of a row is in an error's text; no statement that is made often
//! reads a large table whole (SQLite knows no sizes: `join_in_order!` says with which side it begins, and the contract tests
//! look at its plans).
#![expect(clippy::duplicate_mod, reason = "`store` is compiled once per database on purpose")]

mod bell;
mod error;
mod figures;
mod migrations;
mod names;
mod news;
mod notices;
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
mod vectors;
mod words;

pub use crate::{
    migrations::Pending,
    open::OpenError,
    postgres::{PgVectors, PostgresOptions, PostgresStore},
    sqlite::{BackupError, RestoreError, SqliteOptions, SqliteStore},
    vectors::{EmbeddedVectors, VectorMemory},
};
