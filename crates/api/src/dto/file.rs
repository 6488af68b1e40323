use serde::Serialize;
use stead_domain::file::{File, FileStatus};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Time, page::page_body};

/// A file that was uploaded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = File)]
pub struct FileBody {
    /// Its id.
    pub id: Uuid,
    /// What it is called: the last part of a path, without what cannot be seen.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// What it is, found out from its bytes.
    pub content_type: String,
    /// Its size in bytes.
    #[schema(minimum = 0)]
    pub size: u64,
    /// The SHA-256 of its bytes.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// How far it is understood. In each of these it can be attached and downloaded.
    pub status: FileStatusBody,
    /// Why it could not be understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = FileProblemBody, required = false)]
    pub error: Option<FileProblemBody>,
    /// What it says, in a few sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub summary: Option<String>,
    /// When it was uploaded.
    pub created_at: Time,
}

/// How far a file is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FileStatus)]
pub enum FileStatusBody {
    Processing,
    Ready,
    Failed,
}

/// Why a file could not be understood.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FileProblem)]
pub struct FileProblemBody {
    /// A stable code.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// A file that came with a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentBody {
    /// The file.
    pub file_id: Uuid,
    /// What it is called.
    pub file_name: String,
    /// What it is, found out from its bytes.
    pub content_type: String,
    /// Its size in bytes.
    #[schema(minimum = 0)]
    pub size: u64,
    /// How far it is understood.
    pub status: FileStatusBody,
    /// Where its bytes are, for whoever may read it.
    pub url: String,
}

impl From<&FileStatus> for FileStatusBody {
    fn from(status: &FileStatus) -> Self {
        match status {
            FileStatus::Processing => Self::Processing,
            FileStatus::Ready => Self::Ready,
            FileStatus::Failed { .. } => Self::Failed,
        }
    }
}

impl From<File> for FileBody {
    fn from(file: File) -> Self {
        let File {
            id,
            organization_id: _,
            uploaded_by: _,
            name,
            content_type,
            size,
            sha256,
            status,
            summary,
            version: _,
            created_at,
        } = file;
        Self {
            id: id.uuid(),
            name: name.as_str().to_owned(),
            content_type,
            size,
            sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
            status: (&status).into(),
            error: match status {
                FileStatus::Processing | FileStatus::Ready => None,
                FileStatus::Failed { code, message } => Some(FileProblemBody { code, message }),
            },
            summary,
            created_at: Time(created_at),
        }
    }
}

impl From<File> for AttachmentBody {
    fn from(file: File) -> Self {
        Self {
            url: format!("/api/v1/files/{}/content", file.id),
            file_id: file.id.uuid(),
            file_name: file.name.as_str().to_owned(),
            content_type: file.content_type,
            size: file.size,
            status: (&file.status).into(),
        }
    }
}

impl FileBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_000f),
            name: "Minutes.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            size: 48_213,
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            status: FileStatusBody::Ready,
            error: None,
            summary: Some("The minutes of the meeting of the third of May.".to_owned()),
            created_at: Time::sample(30),
        }
    }

    /// As it is answered first.
    pub fn sample_new() -> Self {
        Self { status: FileStatusBody::Processing, summary: None, ..Self::sample() }
    }
}

page_body! {
    /// A page of files, oldest to newest.
    pub struct FilesBody as FileList {
        /// The files.
        files: FileBody,
    }
    from File, at |file| file.id.uuid()
}
