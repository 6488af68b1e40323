use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use s3s::{
    S3Result,
    dto::{CompletedMultipartUpload, ETag, MultipartUpload},
    s3_error,
};

/// The uploads that are under way: the server on disk forgets when they began and what tags it gave.
#[derive(Debug, Default)]
pub(super) struct Uploads(Mutex<BTreeMap<String, Upload>>);

#[derive(Debug)]
struct Upload {
    key: String,
    begun_at: SystemTime,
    tags: BTreeMap<i32, ETag>,
}

impl Uploads {
    pub(super) fn begin(&self, id: &str, key: &str) {
        let upload = Upload { key: key.to_owned(), begun_at: SystemTime::now(), tags: BTreeMap::new() };
        self.all().insert(id.to_owned(), upload);
    }

    pub(super) fn add_part(&self, id: &str, number: i32, tag: ETag) {
        if let Some(upload) = self.all().get_mut(id) {
            upload.tags.insert(number, tag);
        }
    }

    /// Refuses tags that were never given.
    pub(super) fn check(&self, id: &str, parts: Option<&CompletedMultipartUpload>) -> S3Result<()> {
        let all = self.all();
        let Some(upload) = all.get(id) else { return Err(s3_error!(NoSuchUpload)) };
        let parts = parts.and_then(|parts| parts.parts.as_ref()).into_iter().flatten();
        for part in parts {
            let given = part.part_number.and_then(|number| upload.tags.get(&number));
            if given.is_none() || given != part.e_tag.as_ref() {
                return Err(s3_error!(InvalidPart));
            }
        }
        Ok(())
    }

    pub(super) fn end(&self, id: &str) {
        self.all().remove(id);
    }

    pub(super) fn count(&self) -> usize {
        self.all().len()
    }

    /// As if each had begun so much earlier.
    pub(super) fn age(&self, by: Duration) {
        for upload in self.all().values_mut() {
            upload.begun_at -= by;
        }
    }

    pub(super) fn list(&self) -> Vec<MultipartUpload> {
        let all = self.all();
        let listed = all.iter().map(|(id, upload)| MultipartUpload {
            key: Some(upload.key.clone()),
            upload_id: Some(id.clone()),
            initiated: Some(upload.begun_at.into()),
            ..MultipartUpload::default()
        });
        listed.collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Upload>> {
        self.0.lock().expect("nobody panicked")
    }
}
