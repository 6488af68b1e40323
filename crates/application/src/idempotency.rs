//! Requests that carry a key: the same key and request has one effect, however often it is sent.

use serde_json::Value;
use sha2::{Digest, Sha256};
use stead_domain::{
    idempotency::{Fingerprint, IdempotencyKey, IdempotencyRecord, IdempotencyScope},
    ports::store::StoreError,
};
use uuid::Uuid;

use crate::{Application, Caller, Conflict, Error, files::UploadKey};

/// A key as it came with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRequest {
    /// The key.
    pub key: IdempotencyKey,
    /// Method and path.
    pub operation: String,
    /// What was asked, see [`fingerprint`].
    pub fingerprint: Fingerprint,
}

impl KeyedRequest {
    fn scope(&self, caller: &Caller) -> IdempotencyScope {
        IdempotencyScope {
            organization_id: caller.organization,
            user_id: caller.user,
            operation: self.operation.clone(),
            key: self.key.clone(),
        }
    }
}

/// The SHA-256 of a JSON value, the same for every order of its objects' keys.
pub fn fingerprint(value: &Value) -> Fingerprint {
    let mut hash = Sha256::new();
    absorb(value, &mut hash);
    hash.finalize().into()
}

/// Lengths and kinds go into the hash, so that no two different values read the same.
fn absorb(value: &Value, hash: &mut Sha256) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let text = value.to_string();
            hash.update(b"s");
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        Value::Array(items) => {
            hash.update(b"a");
            hash.update((items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| absorb(item, hash));
        }
        Value::Object(map) => {
            hash.update(b"o");
            hash.update((map.len() as u64).to_le_bytes());
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            for (key, item) in entries {
                hash.update((key.len() as u64).to_le_bytes());
                hash.update(key.as_bytes());
                absorb(item, hash);
            }
        }
    }
}

impl Application {
    /// Whether a request with this key was carried out before, whatever it asked for.
    pub(crate) async fn was_used(&self, caller: &Caller, key: &UploadKey) -> Result<bool, Error> {
        let UploadKey { key, operation } = key.clone();
        let unknown = KeyedRequest { key, operation, fingerprint: Fingerprint::default() };
        Ok(self.store.find_idempotency(&unknown.scope(caller)).await?.is_some())
    }

    /// What an earlier request with this key made, if there was one.
    ///
    /// # Errors
    /// [`Conflict::IdempotencyMismatch`] if it asked for something else.
    pub(crate) async fn made_before(
        &self,
        caller: &Caller,
        request: Option<&KeyedRequest>,
    ) -> Result<Option<Uuid>, Error> {
        let Some(request) = request else { return Ok(None) };
        match self.store.find_idempotency(&request.scope(caller)).await? {
            Some(record) => same_request(request, &record).map(Some),
            None => Ok(None),
        }
    }

    /// The record to commit with what a keyed request makes.
    pub(crate) fn remember(
        &self,
        caller: &Caller,
        request: Option<&KeyedRequest>,
        subject: impl Into<Uuid>,
    ) -> Option<IdempotencyRecord> {
        let request = request?;
        Some(IdempotencyRecord {
            scope: request.scope(caller),
            fingerprint: request.fingerprint,
            subject_id: subject.into(),
            created_at: self.clock.now(),
        })
    }
}

/// The id of what the record's request made, if `request` asks for the same.
pub(crate) fn same_request(request: &KeyedRequest, record: &IdempotencyRecord) -> Result<Uuid, Error> {
    if record.fingerprint == request.fingerprint {
        Ok(record.subject_id)
    } else {
        Err(Error::Conflict(Conflict::IdempotencyMismatch))
    }
}

/// A commit without a key cannot have been replayed.
pub(crate) fn replayed_without_key() -> Error {
    Error::Internal(Box::new(StoreError::Internal("a commit without a key was replayed".into())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_keys_does_not_matter_anything_else_does() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":[2,"3"]}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"b":[2,"3"],"a":1}"#).unwrap();
        assert_eq!(fingerprint(&one), fingerprint(&other));
        for different in [json!({"a":1}), json!({"a":1,"b":["2","3"]}), json!({"a":1,"b":[2,"3",null]})] {
            assert_ne!(fingerprint(&one), fingerprint(&different));
        }
    }

    proptest! {
        #[test]
        fn different_texts_have_different_fingerprints(a in ".*", b in ".*") {
            prop_assert_eq!(a == b, fingerprint(&json!([a])) == fingerprint(&json!([b])));
        }
    }
}
