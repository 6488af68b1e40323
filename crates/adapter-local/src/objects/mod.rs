//! Blobs as files in a folder.
//!
//! A blob lies at `FOLDER/kind/organization/name`. One that is being written is in `FOLDER/.uploads`, held by a lock that
//! goes with its process, and is moved to its place when it is whole and on the disk.

mod listing;
mod reading;
mod upload;

use std::{
    fs::{self, DirBuilder},
    io,
    ops::Range,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use stead_domain::{
    Timestamp,
    ports::{
        ObjectStore,
        object_store::{Link, ListedObject, Object, ObjectBody, ObjectKey, ObjectStoreError, StoredObject},
    },
};
use tokio::task::spawn_blocking;

use upload::Upload;

/// Where blobs are that are not whole yet. No key has a dot.
const UPLOADS: &str = ".uploads";
/// How much of a body is gathered before it is written.
const WRITTEN_AT_ONCE: usize = 1024 * 1024;

/// Blobs as files in a folder, for one process or for several that share it.
#[derive(Debug, Clone)]
pub struct FolderObjectStore {
    folder: PathBuf,
}

impl FolderObjectStore {
    /// Makes the folder if it is not there, for its owner alone, and removes what dead processes left half written.
    /// Blocks.
    ///
    /// # Errors
    /// The folder cannot be made or written to.
    pub fn open(folder: &Path) -> io::Result<Self> {
        make_folder(&folder.join(UPLOADS))?;
        upload::remove_abandoned(&folder.join(UPLOADS), None)?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn path(&self, key: &ObjectKey) -> PathBuf {
        self.folder.join(key.as_str())
    }
}

#[async_trait]
impl ObjectStore for FolderObjectStore {
    async fn put(
        &self,
        key: &ObjectKey,
        mut body: ObjectBody,
        max_bytes: u64,
    ) -> Result<StoredObject, ObjectStoreError> {
        let uploads = self.folder.join(UPLOADS);
        let mut upload = blocking(move || Upload::begin(&uploads)).await?;
        let (mut gathered, mut gathered_bytes, mut size) = (Vec::<Bytes>::new(), 0, 0_u64);
        while let Some(piece) = body.next().await {
            let piece = piece?;
            size = size.saturating_add(piece.len() as u64);
            if size > max_bytes {
                return Err(ObjectStoreError::TooLarge);
            }
            gathered_bytes += piece.len();
            gathered.push(piece);
            if gathered_bytes >= WRITTEN_AT_ONCE {
                let pieces = std::mem::take(&mut gathered);
                gathered_bytes = 0;
                upload = blocking(move || upload.write(&pieces)).await?;
            }
        }
        let path = self.path(key);
        blocking(move || upload.write(&gathered)?.finish(&path)).await
    }

    async fn get(&self, key: &ObjectKey, range: Option<Range<u64>>) -> Result<Option<Object>, ObjectStoreError> {
        let path = self.path(key);
        blocking(move || reading::open(&path, range)).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), ObjectStoreError> {
        let path = self.path(key);
        blocking(move || if_there(fs::remove_file(path)).map(|_| ())).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ListedObject>, ObjectStoreError> {
        let (folder, prefix, after) = (self.folder.clone(), prefix.to_owned(), after.cloned());
        blocking(move || listing::list(&folder, &prefix, after.as_ref(), limit)).await
    }

    async fn link(&self, _key: &ObjectKey, _link: Link) -> Result<Option<String>, ObjectStoreError> {
        Ok(None)
    }

    async fn clean_up(&self, begun_before: Timestamp) -> Result<usize, ObjectStoreError> {
        let uploads = self.folder.join(UPLOADS);
        blocking(move || upload::remove_abandoned(&uploads, Some(begun_before))).await
    }
}

/// Runs what blocks where it may. Once begun it runs to its end, also when nobody waits any more.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ObjectStoreError> {
    match spawn_blocking(work).await {
        Ok(done) => done.map_err(unavailable),
        Err(error) => Err(unavailable(error)),
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ObjectStoreError {
    ObjectStoreError::Unavailable(Box::new(error))
}

/// `None` if it is not there.
fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
