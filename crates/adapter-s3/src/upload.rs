//! Uploads: a small blob in one request, a larger one in parts that become a blob at the end.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::try_join;
use reqwest::{
    Method,
    header::{CONTENT_LENGTH, ETAG},
};
use sha2::{Digest, Sha256};
use stead_domain::ports::object_store::{ObjectKey, ObjectStoreError, StoredObject};
use tokio_util::task::TaskTracker;

use crate::{
    answers::{self, UploadBegun},
    client::{Client, Request},
    digest::Payload,
    failure::Failure,
    parts::{Part, Parts},
};

/// Stores a body of one part. S3 compares it with the checksum that the request is signed with.
pub(crate) async fn whole(client: &Client, key: &ObjectKey, bytes: Bytes) -> Result<StoredObject, ObjectStoreError> {
    let size = bytes.len() as u64;
    let (_, payload) = Payload::next_of(Sha256::new(), bytes).await?;
    let sha256 = payload.sha256;
    client.send(&Request::of(key, Method::PUT).payload(payload)).await?;
    Ok(StoredObject { size, sha256 })
}

/// Stores a body of several parts, while the next one is already being gathered.
pub(crate) async fn in_parts(
    client: &Arc<Client>,
    cleaners: &TaskTracker,
    key: &ObjectKey,
    first: Part,
    mut parts: Parts,
) -> Result<StoredObject, ObjectStoreError> {
    let mut upload = Upload::begin(client, cleaners, key).await?;
    let stored = async {
        let mut part = first;
        while !part.is_last {
            (_, part) = try_join(upload.add(part.bytes), parts.next()).await?;
        }
        upload.add(part.bytes).await?;
        Ok(upload.complete(parts.size()).await?)
    };
    let stored = stored.await;
    if stored.is_err() {
        upload.abort().await;
    }
    stored
}

/// An upload in parts. Dropped before its end, it is aborted.
struct Upload<'a> {
    client: &'a Arc<Client>,
    cleaners: &'a TaskTracker,
    key: ObjectKey,
    id: String,
    etags: Vec<String>,
    hash: Sha256,
    is_over: bool,
}

impl<'a> Upload<'a> {
    async fn begin(client: &'a Arc<Client>, cleaners: &'a TaskTracker, key: &ObjectKey) -> Result<Self, Failure> {
        let response = client.send(&Request::of(key, Method::POST).query("uploads", "")).await?;
        let begun: UploadBegun = answers::read(&client.xml(response).await?)?;
        Ok(Self {
            client,
            cleaners,
            key: key.clone(),
            id: begun.upload_id,
            etags: Vec::new(),
            hash: Sha256::new(),
            is_over: false,
        })
    }

    async fn add(&mut self, bytes: Bytes) -> Result<(), ObjectStoreError> {
        let (hash, payload) = Payload::next_of(self.hash.clone(), bytes).await?;
        self.hash = hash;
        let number = (self.etags.len() + 1).to_string();
        let request = self.request(Method::PUT).query("partNumber", number).payload(payload);
        let response = self.client.send(&request).await?;
        let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok());
        let Some(etag) = etag else { return Err(Failure::Protocol("the service gave a part no tag").into()) };
        self.etags.push(etag.to_owned());
        Ok(())
    }

    /// Makes a blob of the parts, and looks whether all of them are in it.
    async fn complete(&mut self, size: u64) -> Result<StoredObject, Failure> {
        let request = self.request(Method::POST).payload(Payload::small(self.list_of_parts().into()));
        // Once: a second one would find no upload, whether the first took effect or not.
        let response = self.client.send_once(&request).await?;
        if !answers::is_completed(&self.client.xml(response).await?) {
            return Err(Failure::Protocol("the service did not put the parts together"));
        }
        self.is_over = true;
        if stored_size(self.client, &self.key).await? != Some(size) {
            self.client.send(&Request::of(&self.key, Method::DELETE)).await?;
            return Err(Failure::Protocol("the service lost a part"));
        }
        Ok(StoredObject { size, sha256: self.hash.clone().finalize().into() })
    }

    fn list_of_parts(&self) -> String {
        let parts = self.etags.iter().zip(1..).map(|(etag, number)| {
            let etag = quick_xml::escape::escape(etag.as_str());
            format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
        });
        format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.collect::<String>())
    }

    fn request(&self, method: Method) -> Request {
        Request::of(&self.key, method).query("uploadId", self.id.as_str())
    }

    async fn abort(&mut self) {
        if !self.is_over {
            self.is_over = true;
            abort_logged(self.client, &self.key, &self.id).await;
        }
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        // Without a runtime nothing can be sent any more: it stays until it is cleaned up.
        if self.is_over || tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let (client, key, id) = (Arc::clone(self.client), self.key.clone(), self.id.clone());
        self.cleaners.spawn(async move { abort_logged(&client, &key, &id).await });
    }
}

async fn abort_logged(client: &Client, key: &ObjectKey, id: &str) {
    if let Err(error) = abort(client, key, id).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "an upload could not be aborted");
    }
}

/// Removes the parts of an upload. One that is over already is fine.
pub(crate) async fn abort(client: &Client, key: &ObjectKey, id: &str) -> Result<(), Failure> {
    match client.send(&Request::of(key, Method::DELETE).query("uploadId", id)).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.is_no_such_upload() => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// The size of a blob; `None` if it is not there.
pub(crate) async fn stored_size(client: &Client, key: &ObjectKey) -> Result<Option<u64>, Failure> {
    let response = match client.send(&Request::of(key, Method::HEAD)).await {
        Ok(response) => response,
        Err(failure) if failure.is_no_such_key() => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let size = response.headers().get(CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse().ok());
    size.map(Some).ok_or(Failure::Protocol("the service does not say how large a blob is"))
}
