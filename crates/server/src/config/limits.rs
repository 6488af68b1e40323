//! `[limits]`: what one principal may do in how much time. 0 switches a limit off.

use serde::{Deserialize, Serialize};
use stead_application::{
    files::FileLimits,
    limits::{LimitSettings, RateSetting},
};

use super::fields;

/// What one principal may do in how much time.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Requests a second.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_000_000>")]
    pub requests_per_second: u32,
    /// Requests at once after a pause.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_000_000>")]
    pub requests_burst: u32,
    /// Messages a second.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_000_000>")]
    pub sends_per_second: u32,
    /// Messages at once after a pause.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_000_000>")]
    pub sends_burst: u32,
    /// Messages a minute to another person or into the inbox.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_000_000>")]
    pub inbox_sends_per_minute: u32,
    /// Failures to sign in to one account in a quarter of an hour.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_000_000>")]
    pub sign_in_failures_per_account: u32,
    /// The same from one address.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_000_000>")]
    pub sign_in_failures_per_address: u32,
    /// New conversations of the inbox an hour.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_000_000>")]
    pub new_conversations_per_hour: u32,
    /// The largest file, in bytes.
    #[serde(deserialize_with = "fields::within::<_, _, 1, 10_737_418_240>")]
    pub upload_bytes: u64,
    /// What the files of an organization may have together, in bytes.
    #[serde(deserialize_with = "fields::within::<_, _, 0, { i64::MAX }>")]
    pub storage_bytes: u64,
}

impl LimitsConfig {
    /// What of it holds for files.
    pub fn files(&self) -> FileLimits {
        let storage_bytes = if self.storage_bytes == 0 { i64::MAX.unsigned_abs() } else { self.storage_bytes };
        FileLimits { upload_bytes: self.upload_bytes, storage_bytes }
    }

    /// What of it holds for every request.
    pub fn settings(&self) -> LimitSettings {
        LimitSettings {
            requests: RateSetting { per_second: self.requests_per_second, burst: self.requests_burst },
            sends: RateSetting { per_second: self.sends_per_second, burst: self.sends_burst },
            inbox_sends_per_minute: self.inbox_sends_per_minute,
            new_conversations_per_hour: self.new_conversations_per_hour,
            failures_per_account: self.sign_in_failures_per_account,
            failures_per_address: self.sign_in_failures_per_address,
        }
    }
}
