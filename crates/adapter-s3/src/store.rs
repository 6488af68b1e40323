//! The port's implementation.

use std::{collections::HashMap, ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::Method;
use stead_domain::{
    Timestamp,
    ports::{
        ObjectStore,
        object_store::{Link, ListedObject, Object, ObjectBody, ObjectKey, ObjectStoreError, StoredObject},
    },
};
use tokio_util::task::TaskTracker;

use crate::{
    abandoned,
    client::{Client, Request},
    config::{ConfigError, S3Config},
    download,
    failure::Failure,
    listing,
    parts::Parts,
    upload,
};

/// The longest that a link is good for.
const LONGEST_LINK: Duration = Duration::from_secs(60 * 60);

/// Blobs in a bucket of S3, or of what speaks its protocol. Nothing is asked before it is used.
#[derive(Debug)]
pub struct S3ObjectStore {
    client: Arc<Client>,
    /// They remove what dropped uploads leave.
    cleaners: TaskTracker,
    gives_links: bool,
}

impl S3ObjectStore {
    /// A client of the bucket.
    ///
    /// # Errors
    /// TLS cannot be set up, or the endpoint cannot be addressed.
    pub fn new(config: &S3Config) -> Result<Self, ConfigError> {
        Ok(Self {
            client: Arc::new(Client::new(config)?),
            cleaners: TaskTracker::new(),
            gives_links: config.gives_links,
        })
    }
}

#[async_trait]
impl ObjectStore for S3ObjectStore {
    async fn put(&self, key: &ObjectKey, body: ObjectBody, max_bytes: u64) -> Result<StoredObject, ObjectStoreError> {
        let mut parts = Parts::new(body, max_bytes);
        let first = parts.next().await?;
        if first.is_last {
            return upload::whole(&self.client, key, first.bytes).await;
        }
        upload::in_parts(&self.client, &self.cleaners, key, first, parts).await
    }

    async fn get(&self, key: &ObjectKey, range: Option<Range<u64>>) -> Result<Option<Object>, ObjectStoreError> {
        Ok(download::get(&self.client, key, range).await?)
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), ObjectStoreError> {
        let request = Request::of(key, Method::DELETE);
        match self.client.send(&request).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.is_no_such_key() => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ListedObject>, ObjectStoreError> {
        Ok(listing::list(&self.client, prefix, after, limit).await?)
    }

    async fn link(&self, key: &ObjectKey, link: Link) -> Result<Option<String>, ObjectStoreError> {
        if !self.gives_links {
            return Ok(None);
        }
        let seconds = link.valid_for.clamp(Duration::from_secs(1), LONGEST_LINK).as_secs();
        let parameters = HashMap::from([
            ("response-content-type".to_owned(), link.content_type),
            ("response-content-disposition".to_owned(), link.content_disposition),
        ]);
        let url = self.client.blob_url(key);
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        Ok(Some(self.client.signer().link(&url, seconds, &parameters).map_err(Failure::Unsigned)?))
    }

    async fn clean_up(&self, begun_before: Timestamp) -> Result<usize, ObjectStoreError> {
        Ok(abandoned::remove(&self.client, begun_before).await?)
    }
}
