//! The embedded defaults: what Stead uses where nothing else is configured, so that it works on a laptop without a key.
//!
//! **Belongs here:** adapters that need nothing but this machine: the clock, the ids, the offline model.
//!
//! **Does not belong here:** anything that speaks to another service, and the databases.

mod clock;
mod ids;
mod offline;

pub use clock::SystemClock;
pub use ids::SystemIds;
pub use offline::OfflineLlm;
