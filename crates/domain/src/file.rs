//! A file: what somebody brought to work with. Its bytes lie in the [`ObjectStore`](crate::ports::ObjectStore), under
//! [`ObjectKey::file`](crate::ports::object_store::ObjectKey::file).

mod name;

use crate::{FileId, OrganizationId, Timestamp, UserId};

pub use name::FileName;

/// How many files a message or a thread may have.
pub const MAX_ATTACHED: usize = 20;

/// A file that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Who brought it.
    pub uploaded_by: UserId,
    /// What it is called: for people, never a path.
    pub name: FileName,
    /// What it is, found out from its bytes: a media type without parameters.
    pub content_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// How far it is understood.
    pub status: FileStatus,
    /// What it says, in a few sentences.
    pub summary: Option<String>,
    /// Raised by every change.
    pub version: i64,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// How far a file is understood. In each of these it can be attached and downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileStatus {
    /// It is being read.
    Processing,
    /// An agent can use it.
    Ready,
    /// It could not be read.
    Failed {
        /// A stable code.
        code: String,
        /// A sentence for people.
        message: String,
    },
}
