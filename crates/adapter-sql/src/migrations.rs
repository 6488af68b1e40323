//! The migrations of both databases, and the rules by which they are run: in order, by one process at a time, never on a
//! schema that is newer than this program.

use std::collections::HashSet;

use diesel::{
    backend::Backend,
    migration::{Migration, MigrationSource},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::open::OpenError;

pub const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
pub const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// What to do at start about migrations that have not been run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pending {
    /// Run them.
    #[default]
    Run,
    /// Refuse to start.
    Refuse,
}

/// Brings the schema to where this program wants it. Answers the names of the migrations that were run. The caller holds
/// the lock that keeps others out.
pub fn bring_up_to_date<DB: Backend>(
    harness: &mut impl MigrationHarness<DB>,
    source: EmbeddedMigrations,
    pending: Pending,
) -> Result<Vec<String>, OpenError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(OpenError::Migration)?;
    let known: HashSet<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    let applied = harness.applied_migrations().map_err(OpenError::Migration)?;
    let mut newer: Vec<String> = applied.iter().map(ToString::to_string).collect();
    newer.retain(|version| !known.contains(version));
    if !newer.is_empty() {
        newer.sort_unstable();
        return Err(OpenError::NewerSchema(newer.join(", ")));
    }

    let waiting = harness.pending_migrations(source).map_err(OpenError::Migration)?;
    let names: Vec<String> = waiting.iter().map(|migration| migration.name().to_string()).collect();
    match pending {
        Pending::Refuse if !names.is_empty() => Err(OpenError::Pending(names.join(", "))),
        Pending::Refuse => Ok(names),
        Pending::Run => {
            harness.run_migrations(&waiting).map_err(OpenError::Migration)?;
            for migration in &names {
                tracing::info!(%migration, "the database was migrated");
            }
            Ok(names)
        }
    }
}
