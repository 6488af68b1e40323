use std::sync::atomic::{AtomicU64, Ordering};

use stead_domain::ports::Ids;
use uuid::Uuid;

/// Ids that every run of a test gets alike: one millisecond after the other, nothing random in them.
#[derive(Debug)]
pub struct FakeIds {
    start_millis: u64,
    ids: AtomicU64,
    secrets: AtomicU64,
}

impl FakeIds {
    /// Starts with the second in which [`FakeClock`](super::FakeClock) starts.
    pub const fn new() -> Self {
        Self::starting_at(1_767_225_600_000)
    }

    /// Starts at this millisecond since 1970.
    pub const fn starting_at(start_millis: u64) -> Self {
        Self { start_millis, ids: AtomicU64::new(0), secrets: AtomicU64::new(0) }
    }
}

impl Default for FakeIds {
    fn default() -> Self {
        Self::new()
    }
}

impl Ids for FakeIds {
    fn next(&self) -> Uuid {
        let given = self.ids.fetch_add(1, Ordering::SeqCst);
        uuid::Builder::from_unix_timestamp_millis(self.start_millis + given, &[0; 10]).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        let given = self.secrets.fetch_add(1, Ordering::SeqCst) + 1;
        let mut secret = [0x5e; 32];
        secret[..8].copy_from_slice(&given.to_be_bytes());
        secret
    }
}
