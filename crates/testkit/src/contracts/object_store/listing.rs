use std::time::{Duration, SystemTime};

use stead_domain::{
    Timestamp,
    ports::{
        ObjectStore,
        object_store::{MAX_LISTED, ObjectKey},
    },
};

use super::{ObjectStoreHarness, bytes, got, key, put};

/// In the order of their bytes, which is not that of their folders.
const KEYS: [&str; 7] =
    ["files/a-b/x", "files/a/x", "files/a/x-y", "files/a/xy", "files/a0/x", "files/a_/x", "images/a/x"];

async fn filled(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    for key in KEYS.iter().rev() {
        put(&*store, &parsed(key), &bytes(10, 1)).await;
    }
}

fn parsed(key: &str) -> ObjectKey {
    ObjectKey::parse(key).expect("a well-formed key")
}

async fn listed(store: &dyn ObjectStore, prefix: &str, after: Option<&ObjectKey>, limit: usize) -> Vec<String> {
    let listed = store.list(prefix, after, limit).await.expect("a list");
    listed.into_iter().map(|object| object.key.to_string()).collect()
}

/// Each once.
pub async fn a_list_is_in_order(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    assert!(listed(&*store, "", None, MAX_LISTED).await.is_empty());
    filled(harness).await;
    assert_eq!(listed(&*store, "", None, MAX_LISTED).await, KEYS);
    store.delete(&parsed("files/a/x-y")).await.expect("an answer");
    let rest: Vec<_> = KEYS.into_iter().filter(|key| *key != "files/a/x-y").collect();
    assert_eq!(listed(&*store, "", None, MAX_LISTED).await, rest);
}

/// Of any size; fewer than were asked for is the end.
pub async fn a_list_is_given_in_pages(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    filled(harness).await;
    for limit in 1..=KEYS.len() {
        let mut all = Vec::new();
        loop {
            let after = all.last().map(|key: &String| parsed(key));
            let page = listed(&*store, "", after.as_ref(), limit).await;
            let is_end = page.len() < limit;
            all.extend(page);
            if is_end {
                break;
            }
        }
        assert_eq!(all, KEYS, "pages of {limit}");
    }
    let between = parsed("files/a/x-a");
    assert_eq!(listed(&*store, "", Some(&between), 2).await, ["files/a/x-y", "files/a/xy"], "after what is not there");
}

/// Also in the middle of a part.
pub async fn a_prefix_narrows_the_list(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    filled(harness).await;
    for (prefix, expected) in [
        ("files/", &KEYS[..6]),
        ("files/a/", &KEYS[1..4]),
        ("files/a", &KEYS[..6]),
        ("files/a/x-", &KEYS[2..3]),
        ("images/a/x", &KEYS[6..]),
        ("nothing/", &[]),
    ] {
        assert_eq!(listed(&*store, prefix, None, MAX_LISTED).await, expected, "{prefix}");
    }
    let after = parsed("files/a/x");
    assert_eq!(listed(&*store, "files/a/", Some(&after), MAX_LISTED).await, KEYS[2..4]);
}

/// Near enough to tell what is a day old.
pub async fn a_list_tells_size_and_time(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    let before = now().minus(Duration::from_secs(2));
    put(&*store, &key("sized"), &bytes(12_345, 1)).await;
    let listed = store.list("files/", None, 10).await.expect("a list");
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].key, listed[0].size), (&key("sized"), 12_345));
    assert!(before < listed[0].stored_at && listed[0].stored_at < now().plus(Duration::from_secs(2)), "{listed:?}");
}

/// Whatever else there is.
pub async fn cleaning_up_leaves_blobs_and_what_is_young(harness: &impl ObjectStoreHarness) {
    let store = harness.store();
    put(&*store, &key("whole"), &bytes(100, 1)).await;
    for begun_before in [Timestamp::EPOCH, now().plus(Duration::from_secs(3_600))] {
        assert_eq!(store.clean_up(begun_before).await.expect("an answer"), 0);
        assert_eq!(got(&*store, &key("whole")).await, Some(bytes(100, 1)));
    }
}

fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
    Timestamp::EPOCH.plus(since_1970)
}
