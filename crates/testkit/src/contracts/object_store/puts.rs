use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::join_all, stream};
use stead_domain::ports::object_store::{ObjectBody, ObjectStoreError};
use tokio::time::timeout;

use super::{ENOUGH, ObjectStoreHarness, body, bytes, got, key, put};
use crate::gate::{Gate, PATIENCE};

/// More than a store sends or writes at once.
const LARGE: usize = 11 * 1024 * 1024 + 17;

/// Of any size: none, one, and so many that it is sent in parts.
pub async fn what_was_put_is_got_as_it_was(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    for size in [0, 1, 100_000, 5 * 1024 * 1024, LARGE] {
        let (key, bytes) = (key(&size.to_string()), bytes(size, 7));
        put(&*store, &key, &bytes).await;
        assert!(got(&*store, &key).await == Some(bytes), "other bytes of {size}");
    }
    assert!(harness.leftovers().is_none_or(|left| left == 0));
}

/// Smaller or larger than what was there.
pub async fn a_put_replaces(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    let key = key("replaced");
    for (size, seed) in [(200_000, 1), (10, 2), (300_000, 3)] {
        put(&*store, &key, &bytes(size, seed)).await;
        assert_eq!(got(&*store, &key).await, Some(bytes(size, seed)));
    }
}

/// To the byte.
pub async fn as_many_bytes_as_allowed_are_taken(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    for size in [0, 1_000, LARGE] {
        let stored = store.put(&key("full"), body(&bytes(size, 1)), size as u64).await.expect("a stored blob");
        assert_eq!(stored.size, size as u64);
    }
}

/// Neither a small one nor one of which much was stored already.
pub async fn a_blob_too_large_is_not_kept(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    for size in [1_000, LARGE] {
        let refused = store.put(&key("large"), body(&bytes(size, 1)), size as u64 - 1).await;
        assert!(matches!(refused, Err(ObjectStoreError::TooLarge)), "{refused:?}");
        assert_eq!(got(&*store, &key("large")).await, None);
        nothing_is_left(harness).await;
    }
}

/// Whenever it fails, and its error is given back.
pub async fn a_body_that_fails_is_not_kept(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    for size in [0, 1_000, LARGE] {
        let failed = store.put(&key("failed"), failing_after(&bytes(size, 1)), ENOUGH).await;
        let Err(ObjectStoreError::Body(cause)) = failed else { panic!("{failed:?}") };
        assert_eq!(cause.to_string(), "the sender left");
        assert_eq!(got(&*store, &key("failed")).await, None);
        nothing_is_left(harness).await;
    }
}

/// The same with a blob in its place.
pub async fn a_failed_put_leaves_what_was_there(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    let (key, before) = (key("kept"), bytes(50_000, 1));
    put(&*store, &key, &before).await;
    let failed = store.put(&key, failing_after(&bytes(LARGE, 2)), ENOUGH).await;
    assert!(matches!(failed, Err(ObjectStoreError::Body(_))), "{failed:?}");
    let refused = store.put(&key, body(&bytes(LARGE, 3)), 100).await;
    assert!(matches!(refused, Err(ObjectStoreError::TooLarge)), "{refused:?}");
    assert_eq!(got(&*store, &key).await, Some(before));
}

/// At the beginning or in the middle: the client of an upload went away.
pub async fn a_put_that_is_dropped_is_not_kept(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    for size in [0, 1_000, LARGE] {
        let gate = Gate::new();
        let waiting = gate.clone();
        let never = stream::once(async move {
            waiting.pass().await;
            Ok(Bytes::new())
        });
        let blob = key("dropped");
        let mut putting = store.put(&blob, body(&bytes(size, 1)).chain(never).boxed(), ENOUGH);
        tokio::select! {
            done = &mut putting => panic!("a put without an end ended: {done:?}"),
            () = gate.reached() => {}
        }
        assert!((&mut putting).now_or_never().is_none());
        drop(putting);
        assert_eq!(got(&*store, &key("dropped")).await, None);
        nothing_is_left(harness).await;
    }
}

/// Never a mixture.
pub async fn of_several_puts_one_wins_whole(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    let candidates: Vec<Bytes> = (0..4).map(|seed| bytes(400_000 + seed as usize, seed)).collect();
    let contested = key("contested");
    let puts = candidates.iter().map(|bytes| store.put(&contested, body(bytes), ENOUGH));
    for done in join_all(puts).await {
        done.expect("a stored blob");
    }
    let winner = got(&*store, &contested).await.expect("a blob");
    assert!(candidates.contains(&winner), "a mixture");
}

fn failing_after(bytes: &Bytes) -> ObjectBody {
    let error = ObjectStoreError::Body("the sender left".into());
    body(bytes).chain(stream::iter([Err(error)])).boxed()
}

/// What is removed by the way is gone soon.
async fn nothing_is_left(harness: &impl ObjectStoreHarness) {
    let gone = async {
        while harness.leftovers().is_some_and(|left| left > 0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, gone).await.expect("leftovers of a put that is over");
}
