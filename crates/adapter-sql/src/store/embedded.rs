//! What was given to the index of vectors.

use std::sync::{Arc, OnceLock};

use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{Bool, Text},
};
use diesel_async::RunQueryDsl;
use stead_domain::{
    ConversationId, Invalid, OrganizationId,
    ports::{
        store::EmbeddedSource,
        vector_store::{VectorKind, VectorSource},
    },
};
use uuid::Uuid;

use super::prelude::{Conn, Db};
use crate::{
    error::{InvalidColumn, SqlError},
    prepared::Prepare,
    schema::embedded_sources,
    types::{DbId, DbName, DbTime, Named, SqlUuid},
};

/// How many are removed in a statement.
const MOST: usize = 1_000;

/// The kind and the id of a source.
pub(super) fn parts(source: &VectorSource) -> (VectorKind, DbId) {
    match source {
        VectorSource::Message(id) => (VectorKind::Message, DbId::from(*id)),
        VectorSource::File(id) => (VectorKind::File, DbId::from(*id)),
    }
}

/// A source of its kind and id.
pub(super) fn source(kind: VectorKind, id: DbId) -> VectorSource {
    match kind {
        VectorKind::Message => VectorSource::Message(id.into()),
        VectorKind::File => VectorSource::File(id.into()),
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = embedded_sources, treat_none_as_default_value = false)]
pub(super) struct EmbeddedRow {
    kind: DbName<VectorKind>,
    source_id: DbId,
    organization_id: DbId,
    conversation_id: Option<DbId>,
    version: i64,
    chunks: i32,
    model: String,
    digest: i64,
    at: DbTime,
}

impl From<&EmbeddedSource> for EmbeddedRow {
    fn from(embedded: &EmbeddedSource) -> Self {
        let (kind, id) = parts(&embedded.source);
        Self {
            kind: DbName(kind),
            source_id: id,
            organization_id: embedded.organization_id.into(),
            conversation_id: embedded.conversation_id.map(Into::into),
            version: embedded.version,
            chunks: i32::try_from(embedded.chunks).unwrap_or(i32::MAX),
            model: embedded.model.clone(),
            digest: embedded.digest,
            at: embedded.at.into(),
        }
    }
}

impl TryFrom<EmbeddedRow> for EmbeddedSource {
    type Error = InvalidColumn;

    fn try_from(row: EmbeddedRow) -> Result<Self, InvalidColumn> {
        let chunks = u32::try_from(row.chunks).map_err(|error| Invalid::new(error.to_string()));
        Ok(Self {
            source: source(row.kind.0, row.source_id),
            organization_id: row.organization_id.into(),
            conversation_id: row.conversation_id.map(Into::into),
            version: row.version,
            chunks: chunks.map_err(InvalidColumn::of("embedded_sources.chunks"))?,
            model: row.model,
            digest: row.digest,
            at: row.at.into(),
        })
    }
}

fn read(rows: Vec<EmbeddedRow>) -> Result<Vec<EmbeddedSource>, SqlError> {
    Ok(rows.into_iter().map(EmbeddedSource::try_from).collect::<Result<_, InvalidColumn>>()?)
}

/// The ids of each kind.
fn by_kind(sources: &[(VectorKind, DbId)]) -> [(VectorKind, Vec<DbId>); 2] {
    [VectorKind::Message, VectorKind::File]
        .map(|kind| (kind, sources.iter().filter(|(of, _)| *of == kind).map(|(_, id)| *id).collect()))
}

pub(super) async fn find_embedded(
    conn: &mut Conn,
    sources: &[(VectorKind, DbId)],
) -> Result<Vec<EmbeddedSource>, SqlError> {
    let mut rows: Vec<EmbeddedRow> = Vec::new();
    for (kind, ids) in by_kind(sources) {
        if !ids.is_empty() {
            let query = embedded_sources::table
                .filter(embedded_sources::kind.eq(DbName(kind)))
                .filter(embedded_sources::source_id.eq_any(ids))
                .select(EmbeddedRow::as_select());
            rows.extend(query.load(conn).await?);
        }
    }
    read(rows)
}

pub(super) async fn list_embedded(
    conn: &mut Conn,
    organization: Option<OrganizationId>,
    after: Option<VectorSource>,
    limit: u32,
) -> Result<Vec<EmbeddedSource>, SqlError> {
    let (kind, id) = after.as_ref().map_or(("", DbId(Uuid::nil())), |after| {
        let (kind, id) = parts(after);
        (kind.name(), id)
    });
    // As a pair: with its parts compared one by one SQLite would begin at the beginning for each page.
    let is_after = sql::<Bool>("(kind, source_id) > (").bind::<Text, _>(kind).sql(", ").bind::<SqlUuid, _>(id).sql(")");
    let query = embedded_sources::table
        .filter(is_after)
        .order((embedded_sources::kind, embedded_sources::source_id))
        .limit(i64::from(limit))
        .select(EmbeddedRow::as_select())
        .into_boxed::<Db>();
    let query = match organization {
        Some(organization) => query.filter(embedded_sources::organization_id.eq(DbId::from(organization))),
        None => query,
    };
    read(query.load(conn).await?)
}

pub(super) async fn list_embedded_of(
    conn: &mut Conn,
    conversation: ConversationId,
    limit: u32,
) -> Result<Vec<EmbeddedSource>, SqlError> {
    let query = embedded_sources::table
        .filter(embedded_sources::conversation_id.eq(DbId::from(conversation)))
        .order(embedded_sources::source_id)
        .limit(i64::from(limit))
        .select(EmbeddedRow::as_select());
    read(query.load(conn).await?)
}

static NOTE: OnceLock<String> = OnceLock::new();

pub(super) async fn note(conn: &mut Conn, rows: Arc<[EmbeddedRow]>) -> Result<(), SqlError> {
    let sources: Vec<_> = rows.iter().map(|row| (row.kind.0, row.source_id)).collect();
    remove(conn, &sources).await?;
    for row in rows.iter() {
        diesel::insert_into(embedded_sources::table).values(row).unchanging(&NOTE).execute(conn).await?;
    }
    Ok(())
}

pub(super) async fn forget(conn: &mut Conn, sources: Arc<[(VectorKind, DbId)]>) -> Result<(), SqlError> {
    remove(conn, &sources).await
}

async fn remove(conn: &mut Conn, sources: &[(VectorKind, DbId)]) -> Result<(), SqlError> {
    for (kind, ids) in by_kind(sources) {
        for some in ids.chunks(MOST) {
            let noted = embedded_sources::table
                .filter(embedded_sources::kind.eq(DbName(kind)))
                .filter(embedded_sources::source_id.eq_any(some));
            diesel::delete(noted).execute(conn).await?;
        }
    }
    Ok(())
}
