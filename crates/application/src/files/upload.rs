use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::json;
use sha2::{Digest, Sha256};
use stead_domain::{
    FileId, Invalid, JobId, OrganizationId,
    file::{File, FileName, FileStatus},
    idempotency::IdempotencyKey,
    job::{NewJob, Task},
    ports::{
        object_store::{ObjectBody, ObjectKey, ObjectStoreError, StoredObject},
        store::{Change, Commit, Committed, FileChange, Guard, StoreError},
    },
};

use super::sniff;
use crate::{
    Application, Caller, Conflict, Error, Made,
    idempotency::{KeyedRequest, fingerprint, replayed_without_key, same_request},
};

/// A file that comes.
pub struct Upload {
    /// What it is called.
    pub name: FileName,
    /// Its bytes, as they arrive. An error in them takes everything back.
    pub body: ObjectBody,
    /// The key of the request, if it has one.
    pub key: Option<UploadKey>,
}

/// The key of an upload: what is asked is known when the file has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadKey {
    /// The key.
    pub key: IdempotencyKey,
    /// Method and path.
    pub operation: String,
}

impl UploadKey {
    /// The request that uploaded this.
    fn request(self, name: &FileName, sha256: &[u8; 32]) -> KeyedRequest {
        let sha256: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let asked = json!({"name": name.as_str(), "sha256": sha256});
        KeyedRequest { key: self.key, operation: self.operation, fingerprint: fingerprint(&asked) }
    }
}

impl Application {
    /// Stores a file as it arrives, and has it understood afterwards.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; [`Error::Invalid`] if its bytes did not arrive whole; [`Conflict::StorageFull`];
    /// [`Conflict::IdempotencyMismatch`]; [`Error::Unavailable`] if its bytes cannot be kept. Whatever it is, nothing is left
    /// of the file.
    pub async fn upload_file(&self, caller: &Caller, upload: Upload) -> Result<Made<File>, Error> {
        let Upload { name, body, key } = upload;
        let limits = self.settings.files;
        if let Some(key) = key.clone()
            && self.was_used(caller, &key).await?
        {
            // What an earlier request may have made is not stored again, only compared.
            let request = key.request(&name, &measure(body, limits.upload_bytes).await?.sha256);
            let made = self.made_before(caller, Some(&request)).await?.ok_or(Error::Conflict(Conflict::TryAgain))?;
            return self.uploaded_before(caller, FileId::new(made)).await;
        }
        if self.store.size_of_files(caller.organization).await? >= limits.storage_bytes {
            return Err(Error::Conflict(Conflict::StorageFull));
        }
        let id = FileId::new(self.ids.next());
        let (body, head) = with_head(body);
        let object = ObjectKey::file(caller.organization, id);
        let stored = self.objects.put(&object, body, limits.upload_bytes).await.map_err(not_stored)?;
        let content_type = sniff::content_type(&head.take(), &name);
        let request = key.map(|key| key.request(&name, &stored.sha256));
        let file = self.new_file(caller, id, name, content_type, stored);
        let made = self.keep(caller, file, request).await;
        if made.as_ref().map_or(true, |made| made.replayed) {
            self.take_back(caller.organization, id).await;
        }
        made
    }

    fn new_file(
        &self,
        caller: &Caller,
        id: FileId,
        name: FileName,
        content_type: &str,
        StoredObject { size, sha256 }: StoredObject,
    ) -> File {
        File {
            id,
            organization_id: caller.organization,
            uploaded_by: caller.user,
            name,
            content_type: content_type.to_owned(),
            size,
            sha256,
            status: FileStatus::Processing,
            summary: None,
            version: 1,
            created_at: self.clock.now(),
        }
    }

    /// Commits what is known of a file whose bytes are stored.
    async fn keep(&self, caller: &Caller, file: File, request: Option<KeyedRequest>) -> Result<Made<File>, Error> {
        let max = self.settings.files.storage_bytes;
        let commit = Commit {
            idempotency: self.remember(caller, request.as_ref(), file.id),
            guards: vec![
                Guard::StorageRoom { organization: caller.organization, size: file.size, max },
                caller.still_there(),
            ],
            changes: vec![Change::File(FileChange::Insert(file.clone()))],
            jobs: vec![NewJob {
                id: JobId::new(self.ids.next()),
                organization_id: caller.organization,
                task: Task::ProcessFile(file.id),
                run_at: file.created_at,
            }],
            ..Commit::default()
        };
        match (self.commit(commit).await, request) {
            (Ok(Committed::Done(_)), _) => Ok(Made { value: file, replayed: false }),
            (Ok(Committed::Replayed(record)), Some(request)) => {
                self.uploaded_before(caller, FileId::new(same_request(&request, &record)?)).await
            }
            (Ok(Committed::Replayed(_)), None) => Err(replayed_without_key()),
            (Err(StoreError::Refused(Guard::StorageRoom { .. })), _) => Err(Error::Conflict(Conflict::StorageFull)),
            (Err(error), _) => Err(error.into()),
        }
    }

    async fn uploaded_before(&self, caller: &Caller, id: FileId) -> Result<Made<File>, Error> {
        let value = self.file(caller, id).await?;
        Ok(Made { value, replayed: true })
    }

    /// Removes bytes that came to nothing. Where that fails they are collected later.
    async fn take_back(&self, organization: OrganizationId, file: FileId) {
        if let Err(error) = self.remove_file_bytes(organization, file).await {
            tracing::warn!(%file, error = &error as &dyn std::error::Error, "the bytes of an upload were left behind");
        }
    }
}

/// Nothing is kept after any of these.
fn not_stored(error: ObjectStoreError) -> Error {
    match error {
        ObjectStoreError::TooLarge => Error::TooLarge,
        ObjectStoreError::Body(source) => {
            tracing::debug!(error = &*source as &dyn std::error::Error, "an upload broke off");
            Error::invalid("file", Invalid::new("did not arrive whole"))
        }
        ObjectStoreError::Unavailable(source) => Error::Unavailable(Some(source)),
    }
}

/// What storing it would answer.
async fn measure(body: ObjectBody, max_bytes: u64) -> Result<StoredObject, Error> {
    let measured = body.try_fold((0u64, Sha256::new()), |(size, mut hash), piece| async move {
        let size = size + piece.len() as u64;
        if size > max_bytes {
            return Err(ObjectStoreError::TooLarge);
        }
        hash.update(&piece);
        Ok((size, hash))
    });
    let (size, hash) = measured.await.map_err(not_stored)?;
    Ok(StoredObject { size, sha256: hash.finalize().into() })
}

/// The first bytes of what went by.
#[derive(Clone, Default)]
struct Head(Arc<Mutex<Vec<u8>>>);

impl Head {
    fn see(&self, piece: &Bytes) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = sniff::HEAD.saturating_sub(seen.len()).min(piece.len());
        seen.extend(piece.iter().take(wanted));
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn with_head(body: ObjectBody) -> (ObjectBody, Head) {
    let head = Head::default();
    let seen = head.clone();
    (body.inspect_ok(move |piece| seen.see(piece)).boxed(), head)
}
