use futures_util::{StreamExt, future::join_all};

use super::{ObjectStoreHarness, bytes, got, key, put, read};

/// No error.
pub async fn what_is_not_there_is_none(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    for range in [None, Some(0..10), Some(5..5)] {
        assert!(store.get(&key("absent"), range).await.expect("an answer").is_none());
    }
}

/// Wherever it begins and ends; the size is that of the whole.
pub async fn a_range_is_cut_to_the_end(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    let whole = bytes(1_000, 1);
    put(&*store, &key("ranged"), &whole).await;
    for range in [0..1_000, 0..1, 999..1_000, 10..500, 0..5_000, 990..u64::MAX, 1_000..1_001, 7_000..8_000, 5..5] {
        let object = store.get(&key("ranged"), Some(range.clone())).await.expect("an answer").expect("a blob");
        assert_eq!(object.size, 1_000, "{range:?}");
        let (start, end) = (range.start.min(1_000) as usize, range.end.min(1_000) as usize);
        assert_eq!(read(object.body).await.expect("a whole body"), whole[start..end.max(start)], "{range:?}");
    }
    put(&*store, &key("empty"), &bytes(0, 1)).await;
    let object = store.get(&key("empty"), Some(0..10)).await.expect("an answer").expect("a blob");
    assert_eq!(object.size, 0);
    assert!(read(object.body).await.expect("a whole body").is_empty());
}

/// Having read nothing, or something.
pub async fn a_reader_that_leaves_harms_nobody(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    let whole = bytes(3_000_000, 1);
    put(&*store, &key("left"), &whole).await;
    for pieces in [0, 1] {
        let object = store.get(&key("left"), None).await.expect("an answer").expect("a blob");
        assert_eq!(object.body.take(pieces).count().await, pieces);
    }
    assert_eq!(got(&*store, &key("left")).await, Some(whole));
}

/// The same blob and others.
pub async fn many_read_at_once(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    let keys: Vec<_> = (0..4).map(|n| key(&format!("read-{n}"))).collect();
    for (seed, key) in keys.iter().enumerate() {
        put(&*store, key, &bytes(300_000, seed as u64)).await;
    }
    let readers = (0..16).map(|n| got(&*store, &keys[n % 4]));
    for (n, read) in join_all(readers).await.into_iter().enumerate() {
        assert_eq!(read, Some(bytes(300_000, (n % 4) as u64)));
    }
}

/// And what never was.
pub async fn deleting_twice_is_fine(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    put(&*store, &key("gone"), &bytes(10, 1)).await;
    put(&*store, &key("stays"), &bytes(10, 2)).await;
    for _ in 0..2 {
        store.delete(&key("gone")).await.expect("an answer");
        assert_eq!(got(&*store, &key("gone")).await, None);
    }
    store.delete(&key("never")).await.expect("an answer");
    assert_eq!(got(&*store, &key("stays")).await, Some(bytes(10, 2)));
    put(&*store, &key("gone"), &bytes(20, 3)).await;
    assert_eq!(got(&*store, &key("gone")).await, Some(bytes(20, 3)));
}
