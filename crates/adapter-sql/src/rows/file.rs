use diesel::prelude::*;
use stead_domain::{
    Invalid,
    file::{File, FileName, FileStatus},
};

use crate::{
    error::InvalidColumn,
    names::FileStatusName,
    schema::{files, message_files, thread_files},
    types::{DbId, DbName, DbTime},
};

#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = files, treat_none_as_default_value = false)]
pub struct FileRow {
    pub id: DbId,
    pub organization_id: DbId,
    pub uploaded_by_user_id: DbId,
    pub name: String,
    pub content_type: String,
    pub size: i64,
    pub sha256: Vec<u8>,
    pub status: DbName<FileStatusName>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub summary: Option<String>,
    pub version: i64,
    pub created_at: DbTime,
}

/// A file of a message.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = message_files)]
pub struct MessageFileRow {
    pub message_id: DbId,
    pub n: i32,
    pub organization_id: DbId,
    pub conversation_id: DbId,
    pub file_id: DbId,
}

/// A file of a thread itself.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = thread_files)]
pub struct ThreadFileRow {
    pub conversation_id: DbId,
    pub n: i32,
    pub organization_id: DbId,
    pub file_id: DbId,
}

/// The columns of a status.
pub struct FileStatusColumns {
    pub status: DbName<FileStatusName>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
}

impl From<&FileStatus> for FileStatusColumns {
    fn from(status: &FileStatus) -> Self {
        let (name, error) = match status {
            FileStatus::Processing => (FileStatusName::Processing, None),
            FileStatus::Ready => (FileStatusName::Ready, None),
            FileStatus::Failed { code, message } => (FileStatusName::Failed, Some((code, message))),
        };
        Self {
            status: DbName(name),
            error_code: error.map(|(code, _)| code.clone()),
            error_message: error.map(|(_, message)| message.clone()),
        }
    }
}

impl From<&File> for FileRow {
    fn from(file: &File) -> Self {
        let File {
            id,
            organization_id,
            uploaded_by,
            name,
            content_type,
            size,
            sha256,
            status,
            summary,
            version,
            created_at,
        } = file;
        let FileStatusColumns { status, error_code, error_message } = status.into();
        Self {
            id: (*id).into(),
            organization_id: (*organization_id).into(),
            uploaded_by_user_id: (*uploaded_by).into(),
            name: name.as_str().to_owned(),
            content_type: content_type.clone(),
            size: i64::try_from(*size).unwrap_or(i64::MAX),
            sha256: sha256.to_vec(),
            status,
            error_code,
            error_message,
            summary: summary.clone(),
            version: *version,
            created_at: (*created_at).into(),
        }
    }
}

impl TryFrom<FileRow> for File {
    type Error = InvalidColumn;

    fn try_from(row: FileRow) -> Result<Self, InvalidColumn> {
        let size = u64::try_from(row.size).map_err(|error| Invalid::new(error.to_string()));
        let sha256 = <[u8; 32]>::try_from(row.sha256)
            .map_err(|bytes| Invalid::new(format!("must have 32 bytes, not {}", bytes.len())));
        let status = match row.status.0 {
            FileStatusName::Processing => FileStatus::Processing,
            FileStatusName::Ready => FileStatus::Ready,
            FileStatusName::Failed => FileStatus::Failed {
                code: row.error_code.ok_or_else(|| InvalidColumn::missing("files.error_code"))?,
                message: row.error_message.ok_or_else(|| InvalidColumn::missing("files.error_message"))?,
            },
        };
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            uploaded_by: row.uploaded_by_user_id.into(),
            name: FileName::made_safe(&row.name).map_err(InvalidColumn::of("files.name"))?,
            content_type: row.content_type,
            size: size.map_err(InvalidColumn::of("files.size"))?,
            sha256: sha256.map_err(InvalidColumn::of("files.sha256"))?,
            status,
            summary: row.summary,
            version: row.version,
            created_at: row.created_at.into(),
        })
    }
}
