//! Conversations from elsewhere, and to elsewhere: the formats, and what reads and writes them.
//!
//! **Belongs here:** Slack's exports (`slack`), chat as lines of JSON (`jsonl`), Stead's own archive (`archive`): how a file
//! is read piece by piece, and what its words mean here.
//!
//! **Does not belong here:** what is stored and under which ids (`application::import`), what an organization hands out
//! (`application::export`), the command line.
//!
//! **Invariants:** nothing of an archive is unpacked to a disk, no name in it is a path, and every part of it is bounded as it
//! is read; nothing is fetched from an address that stands in it; memory is bounded by a batch, not by a file.

mod archive;
mod jsonl;
mod progress;
mod slack;

pub use archive::{Exported, export};
pub use jsonl::import_jsonl;
pub use progress::Progress;
pub use slack::import_slack;
