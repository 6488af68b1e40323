//! The embedded defaults: what Stead uses where nothing else is configured, so that it works on a laptop without a key.
//!
//! **Belongs here:** adapters that need nothing but this machine: the clock, the ids, the offline model, blobs in a
//! folder.
//!
//! **Does not belong here:** anything that speaks to another service, and the databases.

mod clock;
mod hashing_embedder;
mod ids;
mod objects;
mod offline;

pub use clock::SystemClock;
pub use hashing_embedder::HashingEmbedder;
pub use ids::SystemIds;
pub use objects::FolderObjectStore;
pub use offline::OfflineLlm;
