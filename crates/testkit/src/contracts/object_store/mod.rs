//! What [`ObjectStore`] promises.

mod listing;
mod puts;
mod reading;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use stead_domain::ports::{
    ObjectStore,
    object_store::{Link, ObjectBody, ObjectKey, ObjectStoreError, StoredObject},
};

pub use listing::*;
pub use puts::*;
pub use reading::*;

/// More than any test stores.
pub const ENOUGH: u64 = 1 << 40;

/// An object store under test.
#[async_trait]
pub trait ObjectStoreHarness: Send + Sync {
    /// The store, empty at first.
    fn store(&self) -> Arc<dyn ObjectStore>;

    /// How many puts left something that is neither a blob nor removed yet; `None` where that cannot be seen.
    fn leftovers(&self) -> Option<usize>;
}

/// Makes a test of each promise of [`ObjectStore`]; `make` is the path of an `async fn() -> impl ObjectStoreHarness`.
#[macro_export]
macro_rules! object_store_contract_tests {
    ($make:path) => {
        $crate::object_store_contract_tests! { @each $make;
            what_was_put_is_got_as_it_was
            what_is_not_there_is_none
            a_put_replaces
            as_many_bytes_as_allowed_are_taken
            a_blob_too_large_is_not_kept
            a_body_that_fails_is_not_kept
            a_put_that_is_dropped_is_not_kept
            of_several_puts_one_wins_whole
            a_failed_put_leaves_what_was_there
            a_range_is_cut_to_the_end
            a_reader_that_leaves_harms_nobody
            many_read_at_once
            deleting_twice_is_fine
            a_list_is_in_order
            a_list_is_given_in_pages
            a_prefix_narrows_the_list
            a_list_tells_size_and_time
            cleaning_up_leaves_blobs_and_what_is_young
            a_link_is_an_address_or_none
        }
    };
    (@each $make:path; $($name:ident)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let harness = $make().await;
                $crate::contracts::object_store::$name(&harness).await;
            }
        )*
    };
}

/// A key of that name.
pub fn key(name: &str) -> ObjectKey {
    ObjectKey::parse(format!("files/organization/{name}")).expect("a well-formed key")
}

/// Bytes that differ from each other, from `seed` on.
pub fn bytes(length: usize, seed: u64) -> Bytes {
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u32
    };
    let words = (0..length.div_ceil(4)).map(next).flat_map(u32::to_le_bytes);
    words.take(length).collect()
}

/// The bytes as a body, in pieces of odd sizes.
pub fn body(bytes: &Bytes) -> ObjectBody {
    let mut rest = bytes.clone();
    let mut sizes = [70_001, 1, 8_192, 600_000].into_iter().cycle();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let size = sizes.next().expect("an endless row").min(rest.len());
        pieces.push(Ok(rest.split_to(size)));
    }
    stream::iter(pieces).boxed()
}

/// Stores the bytes, and checks what is said of them.
pub async fn put(store: &dyn ObjectStore, key: &ObjectKey, bytes: &Bytes) {
    let stored = store.put(key, body(bytes), ENOUGH).await.expect("a stored blob");
    assert_eq!(stored, StoredObject { size: bytes.len() as u64, sha256: Sha256::digest(bytes).into() });
}

/// All the bytes of a blob.
pub async fn got(store: &dyn ObjectStore, key: &ObjectKey) -> Option<Bytes> {
    let object = store.get(key, None).await.expect("an answer")?;
    let size = object.size;
    let bytes = read(object.body).await.expect("a whole body");
    assert_eq!(bytes.len() as u64, size);
    Some(bytes)
}

/// A body to its end.
///
/// # Errors
/// The body's.
pub async fn read(body: ObjectBody) -> Result<Bytes, ObjectStoreError> {
    let pieces: Vec<Bytes> = body.try_collect().await?;
    Ok(pieces.concat().into())
}

/// A store may have none.
pub async fn a_link_is_an_address_or_none(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    let key = key("linked");
    put(&*store, &key, &bytes(10, 1)).await;
    let link = Link {
        valid_for: Duration::from_secs(60),
        content_type: "text/plain; charset=utf-8".to_owned(),
        content_disposition: "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20%C3%BC.txt".to_owned(),
    };
    if let Some(address) = store.link(&key, link).await.expect("an answer") {
        assert!(address.starts_with("http"), "no address");
        assert!(address.contains(key.as_str()), "the address of something else");
    }
}
