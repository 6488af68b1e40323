//! The store in a SQLite file.

mod backup;
mod channel_news;
mod executor;
mod latest_messages;
mod lock;
mod prelude;
mod restore;
mod said_before;
#[path = "../store/mod.rs"]
mod store;
mod words;

use std::{path::Path, sync::Arc};

use diesel::{SqliteConnection, connection::SimpleConnection};
use stead_domain::ports::{Notifier, notifier};

pub use self::{backup::BackupError, restore::RestoreError};
use self::{
    executor::{Executor, Purpose, StartError},
    lock::OwnerLock,
};
use crate::{
    migrations::{self, Pending},
    notices::Notices,
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
    notices: Notices,
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
        number_the_opening(&mut connection)?;
        drop(connection);
        let executor = Executor::start(path, options.readers, &Arc::new(lock)).map_err(not_started)?;
        Ok(Self { executor: Arc::new(executor), notices: Notices::default() })
    }

    /// Opens the file beside the process that owns it, for an operator's command: it takes no lock, migrates nothing and
    /// leaves leases alone. Blocks for a moment.
    ///
    /// # Errors
    /// There is no such file, its schema is newer or not migrated, or it cannot be opened.
    pub fn open_beside(path: &Path) -> Result<Self, OpenError> {
        if !path.is_file() {
            let source = std::io::ErrorKind::NotFound.into();
            return Err(OpenError::File { path: path.to_owned(), source });
        }
        let mut connection = executor::open(path, Purpose::Write).map_err(|error| OpenError::Connect(error.into()))?;
        migrations::bring_up_to_date(&mut connection, migrations::SQLITE, Pending::Refuse)?;
        drop(connection);
        let executor = Executor::start(path, 1, &Arc::new(())).map_err(not_started)?;
        Ok(Self { executor: Arc::new(executor), notices: Notices::default() })
    }

    /// Copies the database, as it is at one moment, to a new file, and checks the copy; answers its size. The process that
    /// owns it may go on. The copy appears whole or not at all. Blocks until it is done.
    ///
    /// # Errors
    /// As [`BackupError`] says.
    pub fn backup(path: &Path, copy: &Path) -> Result<u64, BackupError> {
        backup::backup(path, copy)
    }

    /// Makes a copy the database at `path`, where there must be none; answers its size. Places in the event log that were
    /// given before mean nothing afterwards. Blocks until it is done.
    ///
    /// # Errors
    /// As [`RestoreError`] says.
    pub fn restore(copy: &Path, path: &Path) -> Result<u64, RestoreError> {
        restore::restore(copy, path)
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

impl Notifier for SqliteStore {
    fn publish(&self, notice: notifier::Notice) {
        self.notices.tell(notice);
    }

    fn notices(&self) -> notifier::Notices {
        self.notices.notices()
    }
}

fn not_started(error: StartError) -> OpenError {
    match error {
        StartError::Connection(error) => OpenError::Connect(error.into()),
        StartError::Thread(error) => OpenError::Prepare(error.into()),
    }
}

/// Gives this opening of the file a number that no earlier one has had, not even one that is forgotten since an older copy of
/// the file was put back: the time, as long as that goes forward.
fn number_the_opening(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let number = "UPDATE event_epoch SET system_identifier = CAST(max(\
                      coalesce(CAST(system_identifier AS INTEGER), 0) + 1, \
                      CAST(round(unixepoch('subsec') * 1000) AS INTEGER)) AS TEXT)";
    connection.batch_execute(number).map_err(|error| OpenError::Prepare(error.into()))
}

fn void_leases(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let void = "UPDATE runs SET lease_until = 0 WHERE lease_owner IS NOT NULL;
                UPDATE jobs SET lease_until = 0 WHERE lease_owner IS NOT NULL;
                UPDATE log_cursors SET lease_until = 0 WHERE lease_owner IS NOT NULL;";
    connection.batch_execute(void).map_err(|error| OpenError::Prepare(error.into()))
}
