use std::sync::Arc;

use async_trait::async_trait;
use stead_domain::{
    Timestamp,
    ports::{ObjectStore, object_store::ObjectStoreError},
};

use super::{FakeObjectStore, ObjectFault};
use crate::contracts::object_store::{ENOUGH, ObjectStoreHarness, body, bytes, got, key, put, read};

struct Fake(FakeObjectStore);

#[async_trait]
impl ObjectStoreHarness for Fake {
    fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::new(self.0.clone())
    }

    fn leftovers(&self) -> Option<usize> {
        Some(0)
    }
}

async fn make() -> Fake {
    Fake(FakeObjectStore::new())
}

crate::object_store_contract_tests!(make);

#[tokio::test]
async fn it_fails_as_it_is_told() {
    let fake = FakeObjectStore::new();
    let blob = key("blob");
    put(&fake, &blob, &bytes(1_000, 1)).await;
    fake.break_with(ObjectFault::Down);
    assert!(matches!(fake.get(&blob, None).await.err(), Some(ObjectStoreError::Unavailable(_))));
    fake.break_with(ObjectFault::BreaksOffAfter(10));
    let object = fake.get(&blob, None).await.unwrap().unwrap();
    assert!(read(object.body).await.is_err());
    fake.break_with(ObjectFault::LosesPuts);
    assert!(fake.put(&key("lost"), body(&bytes(10, 2)), ENOUGH).await.is_ok());
    fake.break_with(ObjectFault::FailsAfterTheBody);
    assert!(fake.put(&key("failed"), body(&bytes(10, 2)), ENOUGH).await.is_err());
    fake.mend();
    assert_eq!(fake.keys(), std::slice::from_ref(&blob));
    assert_eq!(got(&fake, &blob).await, Some(bytes(1_000, 1)));
    fake.place(&blob, "old", Timestamp::EPOCH);
    assert_eq!(fake.list("", None, 1).await.unwrap()[0].stored_at, Timestamp::EPOCH);
}
