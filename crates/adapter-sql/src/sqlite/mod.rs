//! The store in a SQLite file.

mod executor;
mod latest_messages;
mod lock;
mod prelude;
#[path = "../store/mod.rs"]
mod store;

use std::{path::Path, sync::Arc};

use diesel::{SqliteConnection, connection::SimpleConnection};

use self::{
    executor::{Executor, Purpose, StartError},
    lock::OwnerLock,
};
use crate::{
    migrations::{self, Pending},
    open::OpenError,
};

/// How to open a SQLite file.
#[derive(Debug, Clone, Copy)]
pub struct SqliteOptions {
    /// What to do about migrations that have not been run.
    pub pending: Pending,
    /// How many threads read.
    pub readers: usize,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { pending: Pending::Run, readers: 4 }
    }
}

/// The store in a SQLite file, which this process owns as long as any clone lives.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    executor: Arc<Executor>,
}

impl SqliteStore {
    /// Opens the file, makes it where there is none, and voids every lease: whoever held one has died. Blocks for a
    /// moment.
    ///
    /// # Errors
    /// Another process has it open, its schema is newer or not migrated as [`Pending`] wants, or it cannot be opened.
    pub fn open(path: &Path, options: SqliteOptions) -> Result<Self, OpenError> {
        let lock = OwnerLock::take(path)?;
        let mut connection = executor::open(path, Purpose::Write).map_err(|error| OpenError::Connect(error.into()))?;
        migrations::bring_up_to_date(&mut connection, migrations::SQLITE, options.pending)?;
        void_leases(&mut connection)?;
        drop(connection);
        let executor = Executor::start(path, options.readers, &Arc::new(lock)).map_err(|error| match error {
            StartError::Connection(error) => OpenError::Connect(error.into()),
            StartError::Thread(error) => OpenError::Prepare(error.into()),
        })?;
        Ok(Self { executor: Arc::new(executor) })
    }

    /// Runs the migrations that have not been run, and answers their names.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn migrate(path: &Path) -> Result<Vec<String>, OpenError> {
        let _lock = OwnerLock::take(path)?;
        let mut connection = executor::open(path, Purpose::Write).map_err(|error| OpenError::Connect(error.into()))?;
        migrations::bring_up_to_date(&mut connection, migrations::SQLITE, Pending::Run)
    }
}

fn void_leases(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let void = "UPDATE runs SET lease_until = 0 WHERE lease_owner IS NOT NULL;
                UPDATE jobs SET lease_until = 0 WHERE lease_owner IS NOT NULL;";
    connection.batch_execute(void).map_err(|error| OpenError::Prepare(error.into()))
}
