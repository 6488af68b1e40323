use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use stead_domain::{Timestamp, ports::Clock};

/// A clock that stands still until it is told otherwise.
#[derive(Debug)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    /// Where it starts, in microseconds since 1970: 2026-01-01 00:00:00.000001 UTC.
    pub const START_MICROS: i64 = 1_767_225_600_000_001;

    /// Shows the start.
    pub const fn new() -> Self {
        Self(AtomicI64::new(Self::START_MICROS))
    }

    /// Shows this time from now on, which may be earlier.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.unix_micros(), Ordering::SeqCst);
    }

    /// Goes on by this much.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).expect("a span that fits a timestamp");
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_micros(self.0.load(Ordering::SeqCst)).expect("a time that a test may set")
    }
}
