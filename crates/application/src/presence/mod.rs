//! Who is there: connections to this node are counted and written to the database in batches; what others see of somebody
//! is read from there, and from what they have set of themselves.
//!
//! A connection holds an [`Attendance`] as long as it is open. What changes for others is told through the
//! [`Notifier`](stead_domain::ports::Notifier): by the node that somebody arrives at, and, where time alone changes it, by
//! whichever node looks first, so that the users of a node that died are told of too.

mod attendance;
mod connected;
mod keeping;
mod seen;
mod status;

use std::time::Duration;

pub use attendance::Attendance;
pub(crate) use attendance::Attendances;
pub(crate) use connected::ConnectedElsewhere;
pub use seen::PresenceView;
pub use status::StatusPatch;

/// When somebody counts as there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresenceSettings {
    /// How long after their last activity somebody who is connected is online, not away.
    pub active_for: Duration,
    /// How long after their last connection closed somebody is offline.
    pub offline_after: Duration,
    /// How long after a node was last heard of its connections count as closed.
    pub lapse_after: Duration,
}

impl PresenceSettings {
    /// How often what is known of somebody is written again, so that nothing lapses that still holds.
    fn refresh_every(&self) -> Duration {
        self.lapse_after.min(self.active_for) / 3
    }
}
