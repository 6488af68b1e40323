//! The port to where files' bytes are kept. **Provisional** until its first adapter.

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

/// A store of named blobs.
///
/// # Contract
/// - Keys are made by Stead (`{organization}/{file}`): 1 to 200 characters of `[a-z0-9/_-]`.
/// - A blob is whole or absent: a `put` that fails, or whose future is dropped, leaves what was there before.
/// - After a `put` answered `Ok`, every `get` of the key, on any node, gives those bytes.
#[async_trait]
pub trait ObjectStore: Send + Sync + 'static {
    /// Stores a blob, replacing one of the same key, without holding it whole in memory; answers its size in bytes.
    ///
    /// # Errors
    /// [`ObjectStoreError::TooLarge`] beyond `max_bytes` (nothing is kept); [`ObjectStoreError::Body`] if the body gave
    /// an error; [`ObjectStoreError::Unavailable`].
    async fn put(&self, key: &str, body: ObjectBody, max_bytes: u64) -> Result<u64, ObjectStoreError>;

    /// A blob, or the bytes of `range` of it (cut to its end); `None` if there is no such key.
    ///
    /// # Errors
    /// [`ObjectStoreError::Unavailable`], also as an item of the body.
    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<Object>, ObjectStoreError>;

    /// Removes a blob. Removing what is not there is `Ok`.
    ///
    /// # Errors
    /// [`ObjectStoreError::Unavailable`].
    async fn delete(&self, key: &str) -> Result<(), ObjectStoreError>;
}

/// The bytes of a blob, in pieces.
pub type ObjectBody = BoxStream<'static, Result<Bytes, ObjectStoreError>>;

/// A blob that was asked for.
pub struct Object {
    /// The whole blob's size in bytes.
    pub size: u64,
    /// The bytes asked for.
    pub body: ObjectBody,
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
    /// The store cannot be used now; trying later may help.
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
