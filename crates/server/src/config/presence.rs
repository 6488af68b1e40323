//! `[presence]`: when somebody counts as there.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stead_application::presence::PresenceSettings;

use super::fields;

/// When somebody counts as there.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PresenceConfig {
    /// How long after their last activity somebody who is connected is online, not away.
    #[serde(deserialize_with = "fields::span_within::<_, 100, 86_400_000>", serialize_with = "fields::show_span")]
    pub active_for: Duration,
    /// How long after their last connection closed somebody is offline.
    #[serde(deserialize_with = "fields::span_within::<_, 0, 600_000>", serialize_with = "fields::show_span")]
    pub offline_after: Duration,
    /// How long after a node was last heard of its connections count as closed.
    #[serde(deserialize_with = "fields::span_within::<_, 1_000, 600_000>", serialize_with = "fields::show_span")]
    pub lapse_after: Duration,
}

impl PresenceConfig {
    /// The same, as the use cases take it.
    pub fn settings(&self) -> PresenceSettings {
        PresenceSettings {
            active_for: self.active_for,
            offline_after: self.offline_after,
            lapse_after: self.lapse_after,
        }
    }
}
