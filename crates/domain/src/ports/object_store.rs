//! The port to where files' bytes are kept.

mod key;

use std::{ops::Range, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

use crate::Timestamp;

pub use key::ObjectKey;

/// The most entries that [`ObjectStore::list`] gives at once.
pub const MAX_LISTED: usize = 1_000;

/// A store of named blobs.
///
/// # Contract
/// - A blob is whole or absent: a `put` that fails, or whose future is dropped, leaves what was there before. What the
///   process had no time to remove (it was killed) is never seen, and goes with [`ObjectStore::clean_up`].
/// - After a `put` answered `Ok`, every `get` of the key, on any node, gives those bytes, also after a loss of power.
/// - Of several puts of one key at once, one wins, whole.
/// - Memory is bounded, however large the blob; every call ends in bounded time without progress.
#[async_trait]
pub trait ObjectStore: Send + Sync + 'static {
    /// Stores a blob, replacing one of the same key, as its body arrives. Answers what was stored: an `Ok` means that
    /// the store has confirmed as many bytes as came, and each piece of them by its checksum.
    ///
    /// # Errors
    /// [`ObjectStoreError::TooLarge`] once there are more than `max_bytes`; [`ObjectStoreError::Body`] if the body gave
    /// that error; [`ObjectStoreError::Unavailable`]. In each case nothing is kept.
    async fn put(&self, key: &ObjectKey, body: ObjectBody, max_bytes: u64) -> Result<StoredObject, ObjectStoreError>;

    /// A blob, or the bytes of `range` of it (cut to its end: a range behind it is empty); `None` if there is no such
    /// key. A body ends without an error only if all its bytes were given.
    ///
    /// # Errors
    /// [`ObjectStoreError::Unavailable`], also as the last item of the body.
    async fn get(&self, key: &ObjectKey, range: Option<Range<u64>>) -> Result<Option<Object>, ObjectStoreError>;

    /// Removes a blob. Removing what is not there is `Ok`. A body that is being read may end with an error.
    ///
    /// # Errors
    /// [`ObjectStoreError::Unavailable`].
    async fn delete(&self, key: &ObjectKey) -> Result<(), ObjectStoreError>;

    /// The blobs whose keys begin with `prefix`, in the order of their keys (as bytes), after `after`: at most `limit`
    /// (1 to [`MAX_LISTED`]) of them, and fewer only if there are no more. A blob that comes or goes meanwhile may or may
    /// not be among them; any other is listed exactly once.
    ///
    /// # Errors
    /// [`ObjectStoreError::Unavailable`].
    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ListedObject>, ObjectStoreError>;

    /// An address from which anybody who has it can read the blob until it expires, without asking Stead; `None` if the
    /// store has none to give, or is told not to. Whether there is such a blob is not asked.
    ///
    /// # Errors
    /// [`ObjectStoreError::Unavailable`].
    async fn link(&self, key: &ObjectKey, link: Link) -> Result<Option<String>, ObjectStoreError>;

    /// Removes what puts left that never ended and began before `begun_before`. Answers how many they were. Puts of
    /// processes that live are left alone where that can be seen.
    ///
    /// # Errors
    /// [`ObjectStoreError::Unavailable`].
    async fn clean_up(&self, begun_before: Timestamp) -> Result<usize, ObjectStoreError>;
}

/// The bytes of a blob, in pieces.
pub type ObjectBody = BoxStream<'static, Result<Bytes, ObjectStoreError>>;

/// What a put stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredObject {
    /// How many bytes.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// A blob that was asked for.
pub struct Object {
    /// The whole blob's size in bytes.
    pub size: u64,
    /// The bytes asked for.
    pub body: ObjectBody,
}

/// A blob in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: ObjectKey,
    /// Its size in bytes.
    pub size: u64,
    /// When it was stored, to the second.
    pub stored_at: Timestamp,
}

/// How a blob is served at an address of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// How long the address is good: at least a second, at most an hour.
    pub valid_for: Duration,
    /// The answer's `Content-Type`.
    pub content_type: String,
    /// The answer's `Content-Disposition`.
    pub content_disposition: String,
}

/// An object store failed.
#[derive(Debug, thiserror::Error)]
pub enum ObjectStoreError {
    /// The blob is larger than allowed.
    #[error("the object is too large")]
    TooLarge,
    /// The body that was to be stored gave an error.
    #[error("the body could not be read")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store cannot be used now, or gave something other than what was stored; trying later may help.
    #[error("the object store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ObjectStoreError {
    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::TooLarge | Self::Body(_) => false,
        }
    }
}
