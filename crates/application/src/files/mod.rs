//! Files: uploaded, read, attached, removed. Their bytes are stored before their rows, and removed after them: what a
//! crash leaves in between is bytes without a row, which [`orphans`] collects.
//!
//! `process` has a file understood after its upload: `understand` reads documents out of process, `look_and_listen` asks the
//! model about pictures and recordings, `cut` makes passages, `summary` a summary. `context` tells answers of them: whole,
//! or the passages that `relevance` finds, fenced by `shown`.

mod attach;
mod context;
mod cut;
mod delete;
mod list;
mod look_and_listen;
mod orphans;
mod process;
mod read;
mod relevance;
mod remove_bytes;
mod shown;
mod sniff;
mod summary;
mod understand;
mod unreadable;
mod unused;
mod upload;

pub(crate) use attach::{attach, not_attachable};
pub use orphans::OrphanSettings;
pub use read::ByteRange;
pub use upload::{Upload, UploadKey};

/// What the operator allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// The largest file, in bytes.
    pub upload_bytes: u64,
    /// What the files of an organization may have together, in bytes.
    pub storage_bytes: u64,
}
