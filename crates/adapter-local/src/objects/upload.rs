use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use rand::Rng;
use sha2::{Digest, Sha256};
use stead_domain::{Timestamp, ports::object_store::StoredObject};
use time::OffsetDateTime;

use super::{if_there, make_folder};

/// A blob that is being written. Dropped before its end it is removed.
pub(super) struct Upload {
    file: File,
    path: PathBuf,
    hash: Sha256,
    size: u64,
    is_in_place: bool,
}

impl Upload {
    /// An empty one.
    pub(super) fn begin(uploads: &Path) -> io::Result<Self> {
        loop {
            let path = uploads.join(format!("{:032x}", rand::rng().next_u64()));
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            let upload = Self { file, path, hash: Sha256::new(), size: 0, is_in_place: false };
            match upload.file.try_lock() {
                Ok(()) if upload.file.metadata()?.nlink() > 0 => return Ok(upload),
                // Another process just took it for abandoned.
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// Adds to its end.
    pub(super) fn write(mut self, pieces: &[Bytes]) -> io::Result<Self> {
        for piece in pieces {
            self.file.write_all(piece)?;
            self.hash.update(piece);
            self.size += piece.len() as u64;
        }
        Ok(self)
    }

    /// Puts it in its place, when it is on the disk.
    pub(super) fn finish(mut self, place: &Path) -> io::Result<StoredObject> {
        self.file.sync_all()?;
        let folder = place.parent().ok_or(io::ErrorKind::InvalidInput)?;
        make_lasting_folder(folder)?;
        fs::rename(&self.path, place)?;
        self.is_in_place = true;
        sync_folder(folder)?;
        Ok(StoredObject { size: self.size, sha256: self.hash.finalize_reset().into() })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.is_in_place
            && let Err(error) = if_there(fs::remove_file(&self.path))
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "a half-written object could not be removed");
        }
    }
}

/// Removes what nobody writes any more, if it was last written to before `before`. Answers how many they were.
pub(super) fn remove_abandoned(uploads: &Path, before: Option<Timestamp>) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(uploads)? {
        let path = entry?.path();
        // One that is gone by now has ended.
        let Some(file) = if_there(File::open(&path))? else { continue };
        let written_at = Timestamp::new(OffsetDateTime::from(file.metadata()?.modified()?));
        if before.is_some_and(|before| written_at >= before) {
            continue;
        }
        match file.try_lock() {
            Ok(()) => removed += usize::from(if_there(fs::remove_file(&path))?.is_some()),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(removed)
}

/// Makes a folder that is there after a loss of power too.
fn make_lasting_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    make_folder(folder)?;
    // A key has three parts: two folders, and the one they lie in.
    folder.ancestors().skip(1).take(2).try_for_each(sync_folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
