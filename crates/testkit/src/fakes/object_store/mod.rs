//! A store of blobs in memory that fails when it is told to.

#[cfg(test)]
mod contract;

use std::{
    collections::BTreeMap,
    ops::{Bound, Range},
    sync::{Arc, Mutex, MutexGuard},
    time::SystemTime,
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use stead_domain::{
    Timestamp,
    ports::{
        ObjectStore,
        object_store::{Link, ListedObject, Object, ObjectBody, ObjectKey, ObjectStoreError, StoredObject},
    },
};

use crate::gate::Gate;

/// How large the pieces of a body are.
const PIECE: usize = 64 * 1024;

/// Blobs in memory. Clones are the same store.
#[derive(Debug, Clone, Default)]
pub struct FakeObjectStore(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    blobs: BTreeMap<ObjectKey, (Bytes, Timestamp)>,
    fault: Option<ObjectFault>,
}

/// What is wrong with the store, until it is mended.
#[derive(Debug, Clone)]
pub enum ObjectFault {
    /// Every call fails at once.
    Down,
    /// Every call waits here, and goes on as usual when the gate is opened.
    Hangs(Gate),
    /// Bodies of blobs fail after so many bytes.
    BreaksOffAfter(usize),
    /// A put says that it stored, and did not.
    LosesPuts,
    /// A put takes its whole body, and then fails.
    FailsAfterTheBody,
}

impl FakeObjectStore {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on this is wrong.
    pub fn break_with(&self, fault: ObjectFault) {
        self.state().fault = Some(fault);
    }

    /// Nothing is wrong any more.
    pub fn mend(&self) {
        self.state().fault = None;
    }

    /// The keys of all blobs, in order.
    pub fn keys(&self) -> Vec<ObjectKey> {
        self.state().blobs.keys().cloned().collect()
    }

    /// A blob.
    pub fn bytes(&self, key: &ObjectKey) -> Option<Bytes> {
        self.state().blobs.get(key).map(|(bytes, _)| bytes.clone())
    }

    /// Puts a blob there that is as old as this says.
    pub fn place(&self, key: &ObjectKey, bytes: impl Into<Bytes>, stored_at: Timestamp) {
        self.state().blobs.insert(key.clone(), (bytes.into(), stored_at));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panicked")
    }

    /// Fails or waits, if that is what is wrong.
    async fn enter(&self) -> Result<Option<ObjectFault>, ObjectStoreError> {
        let fault = self.state().fault.clone();
        match &fault {
            Some(ObjectFault::Down) => return Err(unavailable("the fake is down")),
            Some(ObjectFault::Hangs(gate)) => gate.pass().await,
            Some(ObjectFault::BreaksOffAfter(_) | ObjectFault::LosesPuts | ObjectFault::FailsAfterTheBody) | None => {}
        }
        Ok(fault)
    }
}

#[async_trait]
impl ObjectStore for FakeObjectStore {
    async fn put(
        &self,
        key: &ObjectKey,
        mut body: ObjectBody,
        max_bytes: u64,
    ) -> Result<StoredObject, ObjectStoreError> {
        let fault = self.enter().await?;
        let mut bytes = BytesMut::new();
        while let Some(piece) = body.next().await {
            bytes.extend_from_slice(&piece?);
            if bytes.len() as u64 > max_bytes {
                return Err(ObjectStoreError::TooLarge);
            }
        }
        let stored = StoredObject { size: bytes.len() as u64, sha256: Sha256::digest(&bytes).into() };
        match fault {
            Some(ObjectFault::FailsAfterTheBody) => Err(unavailable("the fake failed at the end")),
            Some(ObjectFault::LosesPuts) => Ok(stored),
            Some(ObjectFault::Down | ObjectFault::Hangs(_) | ObjectFault::BreaksOffAfter(_)) | None => {
                self.place(key, bytes.freeze(), now());
                Ok(stored)
            }
        }
    }

    async fn get(&self, key: &ObjectKey, range: Option<Range<u64>>) -> Result<Option<Object>, ObjectStoreError> {
        let fault = self.enter().await?;
        let Some(whole) = self.bytes(key) else { return Ok(None) };
        let size = whole.len();
        let range = range.unwrap_or(0..size as u64);
        let within = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(size);
        let (start, end) = (within(range.start), within(range.end));
        let asked = whole.slice(start..end.max(start));
        let mut pieces: Vec<Result<Bytes, ObjectStoreError>> = Vec::new();
        match fault {
            Some(ObjectFault::BreaksOffAfter(bytes)) => {
                pieces.push(Ok(asked.slice(..bytes.min(asked.len()))));
                pieces.push(Err(unavailable("the fake broke off")));
            }
            _ => pieces.extend(asked.chunks(PIECE).map(|piece| Ok(asked.slice_ref(piece)))),
        }
        Ok(Some(Object { size: size as u64, body: stream::iter(pieces).boxed() }))
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), ObjectStoreError> {
        self.enter().await?;
        self.state().blobs.remove(key);
        Ok(())
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ListedObject>, ObjectStoreError> {
        self.enter().await?;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.state();
        let blobs = state.blobs.range::<ObjectKey, _>((from, Bound::Unbounded));
        let blobs = blobs.filter(|(key, _)| key.as_str().starts_with(prefix)).take(limit);
        let listed = blobs.map(|(key, (bytes, stored_at))| ListedObject {
            key: key.clone(),
            size: bytes.len() as u64,
            stored_at: *stored_at,
        });
        Ok(listed.collect())
    }

    async fn link(&self, _key: &ObjectKey, _link: Link) -> Result<Option<String>, ObjectStoreError> {
        self.enter().await?;
        Ok(None)
    }

    async fn clean_up(&self, _begun_before: Timestamp) -> Result<usize, ObjectStoreError> {
        self.enter().await?;
        Ok(0)
    }
}

fn unavailable(reason: &str) -> ObjectStoreError {
    ObjectStoreError::Unavailable(reason.into())
}

fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
    Timestamp::EPOCH.plus(since_1970)
}
