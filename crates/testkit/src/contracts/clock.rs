//! What [`Clock`] promises.

use std::{sync::Arc, thread};

use stead_domain::{Timestamp, ports::Clock};

/// Makes a test of each promise of [`Clock`]; `make` is the path of a `fn() -> Arc<dyn Clock>`.
#[macro_export]
macro_rules! clock_contract_tests {
    ($make:path) => {
        $crate::clock_contract_tests! { @each $make;
            the_time_is_in_utc_and_whole_microseconds
            the_time_is_of_our_age
            the_time_can_be_kept_as_microseconds
            many_threads_may_ask
        }
    };
    (@each $make:path; $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                $crate::contracts::clock::$name($make());
            }
        )*
    };
}

/// Whole microseconds, UTC.
pub fn the_time_is_in_utc_and_whole_microseconds(clock: Arc<dyn Clock>) {
    let now = clock.now().get();
    assert!(now.offset().is_utc());
    assert_eq!(now.nanosecond() % 1_000, 0);
}

/// Between the years 2020 and 2200.
pub fn the_time_is_of_our_age(clock: Arc<dyn Clock>) {
    assert!((2020..2200).contains(&clock.now().get().year()), "{:?}", clock.now());
}

/// What a database keeps of it is all of it.
pub fn the_time_can_be_kept_as_microseconds(clock: Arc<dyn Clock>) {
    let now = clock.now();
    assert_eq!(Timestamp::from_unix_micros(now.unix_micros()), Some(now));
}

/// From several threads at once.
pub fn many_threads_may_ask(clock: Arc<dyn Clock>) {
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let clock = Arc::clone(&clock);
            thread::spawn(move || (0..100).all(|_| clock.now() > Timestamp::EPOCH))
        })
        .collect();
    assert!(threads.into_iter().all(|thread| thread.join().expect("a thread that ends")));
}
