use diesel::prelude::*;
use stead_domain::{
    RunId,
    run::{RunChunk, RunChunkKind},
};

use crate::{
    error::InvalidColumn,
    names::RunChunkKindName,
    schema::run_chunks,
    types::{DbId, DbName},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = run_chunks, treat_none_as_default_value = false)]
pub struct RunChunkRow {
    pub run_id: DbId,
    pub attempt: i32,
    pub n: i32,
    pub chars_from: i32,
    pub kind: DbName<RunChunkKindName>,
    pub text: Option<String>,
    pub subject_id: Option<DbId>,
}

impl RunChunkRow {
    pub fn new(run: RunId, attempt: i32, chunk: &RunChunk) -> Self {
        let (kind, text, subject) = match &chunk.kind {
            RunChunkKind::Text(text) => (RunChunkKindName::Text, Some(text.clone()), None),
            RunChunkKind::ApprovalRequested(id) => (RunChunkKindName::ApprovalRequested, None, Some(*id)),
            RunChunkKind::ToolCallStarted(id) => (RunChunkKindName::ToolCallStarted, None, Some(*id)),
            RunChunkKind::ToolCallCompleted(id) => (RunChunkKindName::ToolCallCompleted, None, Some(*id)),
        };
        Self {
            run_id: run.into(),
            attempt,
            n: chunk.n,
            chars_from: chunk.chars_from,
            kind: DbName(kind),
            text,
            subject_id: subject.map(Into::into),
        }
    }
}

impl TryFrom<RunChunkRow> for RunChunk {
    type Error = InvalidColumn;

    fn try_from(row: RunChunkRow) -> Result<Self, InvalidColumn> {
        let subject = row.subject_id.ok_or_else(|| InvalidColumn::missing("run_chunks.subject_id"));
        let kind = match row.kind.0 {
            RunChunkKindName::Text => {
                RunChunkKind::Text(row.text.ok_or_else(|| InvalidColumn::missing("run_chunks.text"))?)
            }
            RunChunkKindName::ApprovalRequested => RunChunkKind::ApprovalRequested(subject?.into()),
            RunChunkKindName::ToolCallStarted => RunChunkKind::ToolCallStarted(subject?.into()),
            RunChunkKindName::ToolCallCompleted => RunChunkKind::ToolCallCompleted(subject?.into()),
        };
        Ok(Self { n: row.n, chars_from: row.chars_from, kind })
    }
}
