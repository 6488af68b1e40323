//! A copy becomes the database.

use std::{fs::File, io, path::Path};

use diesel::connection::SimpleConnection;
use tempfile::NamedTempFile;

use super::{
    backup::{BackupError, check, folder_of, open, place},
    lock::OwnerLock,
};
use crate::open::OpenError;

/// Later than any epoch that was ever given: of this copy's and of the databases that were restored from it before. What
/// readers noted as their place in the log means nothing here.
const RAISE_EPOCH: &str = "UPDATE event_epoch SET epoch = max(epoch + 1, unixepoch())";

/// Makes the copy the database at `target`, where there must be none. The copy stays. Blocks until it is done.
pub(super) fn restore(copy: &Path, target: &Path) -> Result<u64, RestoreError> {
    if target.exists() {
        return Err(BackupError::Exists(target.to_owned()).into());
    }
    let folder = folder_of(target);
    let mut from = File::open(copy).map_err(BackupError::file(copy))?;
    let mut restored = NamedTempFile::new_in(folder).map_err(BackupError::file(folder))?;
    io::copy(&mut from, restored.as_file_mut()).map_err(BackupError::file(folder))?;
    check(restored.path()).map_err(|error| named(error, copy))?;
    let raised = open(restored.path())?.batch_execute(RAISE_EPOCH);
    raised.map_err(BackupError::database::<diesel::result::Error>(copy))?;
    // Last, so that a copy that is refused leaves nothing behind.
    let _owner = OwnerLock::take(target)?;
    Ok(place(restored, target)?)
}

/// What is wrong is wrong with the file that was named, not with the one it was copied to.
fn named(error: BackupError, copy: &Path) -> BackupError {
    let path = copy.to_owned();
    match error {
        BackupError::Foreign(_) => BackupError::Foreign(path),
        BackupError::Damaged { problem, .. } => BackupError::Damaged { path, problem },
        BackupError::Database { source, .. } => BackupError::Database { path, source },
        other @ (BackupError::Missing(_) | BackupError::Exists(_) | BackupError::File { .. }) => other,
    }
}

/// A copy could not be put back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The copy or the place for it.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Somebody owns the place.
    #[error(transparent)]
    Open(#[from] OpenError),
}
