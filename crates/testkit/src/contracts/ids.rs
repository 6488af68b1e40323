//! What [`Ids`] promises.

use std::{collections::HashSet, sync::Arc, thread};

use stead_domain::ports::Ids;
use uuid::{Uuid, Variant};

/// Makes a test of each promise of [`Ids`]; `make` is the path of a `fn() -> Arc<dyn Ids>`.
#[macro_export]
macro_rules! ids_contract_tests {
    ($make:path) => {
        $crate::ids_contract_tests! { @each $make;
            every_id_is_a_uuid_v7
            every_id_is_larger_than_the_one_before
            the_text_of_ids_sorts_like_the_ids
            ids_grow_for_every_thread_and_never_repeat
            secrets_never_repeat
        }
    };
    (@each $make:path; $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                $crate::contracts::ids::$name($make());
            }
        )*
    };
}

/// Version 7, the variant of RFC 9562.
pub fn every_id_is_a_uuid_v7(ids: Arc<dyn Ids>) {
    for _ in 0..1_000 {
        let id = ids.next();
        assert_eq!((id.get_version_num(), id.get_variant()), (7, Variant::RFC4122), "{id}");
    }
}

/// Also many within a millisecond.
pub fn every_id_is_larger_than_the_one_before(ids: Arc<dyn Ids>) {
    let given: Vec<Uuid> = (0..20_000).map(|_| ids.next()).collect();
    assert!(given.windows(2).all(|pair| pair[0] < pair[1]));
}

/// As strings in the API they sort the same.
pub fn the_text_of_ids_sorts_like_the_ids(ids: Arc<dyn Ids>) {
    let given: Vec<String> = (0..1_000).map(|_| ids.next().to_string()).collect();
    assert!(given.is_sorted());
}

/// From several threads at once.
pub fn ids_grow_for_every_thread_and_never_repeat(ids: Arc<dyn Ids>) {
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let ids = Arc::clone(&ids);
            thread::spawn(move || (0..1_000).map(|_| ids.next()).collect::<Vec<Uuid>>())
        })
        .collect();
    let mut all = HashSet::new();
    for thread in threads {
        let given = thread.join().expect("a thread that ends");
        assert!(given.windows(2).all(|pair| pair[0] < pair[1]));
        all.extend(given);
    }
    assert_eq!(all.len(), 8_000);
}

/// No two secrets are alike.
pub fn secrets_never_repeat(ids: Arc<dyn Ids>) {
    let secrets: HashSet<[u8; 32]> = (0..1_000).map(|_| ids.secret()).collect();
    assert_eq!(secrets.len(), 1_000);
}
