//! `[limits]`: what one principal may do in how much time. 0 switches a limit off.

use serde::{Deserialize, Serialize};

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
    /// Messages a minute in the inbox.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_000_000>")]
    pub inbox_sends_per_minute: u32,
    /// New conversations an hour.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_000_000>")]
    pub new_conversations_per_hour: u32,
}
