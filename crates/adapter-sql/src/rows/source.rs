use diesel::prelude::*;
use stead_domain::{
    ports::store::SetSources,
    source::{Source, SourceId},
};

use crate::{
    names::SourceKind,
    schema::message_sources,
    types::{DbId, DbName},
};

/// A source of an answer.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = message_sources)]
pub struct SourceRow {
    pub message_id: DbId,
    pub n: i32,
    pub organization_id: DbId,
    pub conversation_id: DbId,
    pub kind: DbName<SourceKind>,
    pub source_id: DbId,
    pub source_version: i64,
    pub cited: bool,
}

impl SourceRow {
    pub fn all_of(set: &SetSources) -> Vec<Self> {
        let row = |source: &Source| {
            let (kind, id) = match source.id {
                SourceId::Message(id) => (SourceKind::Message, DbId::from(id)),
                SourceId::File(id) => (SourceKind::File, DbId::from(id)),
            };
            Self {
                message_id: set.message.into(),
                n: source.n,
                organization_id: set.organization.into(),
                conversation_id: set.conversation.into(),
                kind: DbName(kind),
                source_id: id,
                source_version: source.version,
                cited: source.cited,
            }
        };
        set.sources.iter().map(row).collect()
    }
}

impl From<SourceRow> for Source {
    fn from(row: SourceRow) -> Self {
        let id = match row.kind.0 {
            SourceKind::Message => SourceId::Message(row.source_id.into()),
            SourceKind::File => SourceId::File(row.source_id.into()),
        };
        Self { n: row.n, id, version: row.source_version, cited: row.cited }
    }
}
