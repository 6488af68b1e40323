use std::sync::Arc;

use diesel::{
    QueryResult,
    sql_types::{Array, BigInt, Integer, Nullable, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use stead_domain::{
    OrganizationId,
    ports::vector_store::{VectorId, VectorRecord, VectorSource},
};

use crate::{
    error::SqlError,
    types::{DbId, DbTime, SqlTime, SqlUuid},
};

/// How many rows of an organization are removed at once.
const AT_ONCE: usize = 1_000;

const PUT: &str = "INSERT INTO pgvectors (organization_id, kind, source_id, chunk, conversation_ids, author_user_id, \
        version, created_at, model, dimension, embedding) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CAST($11 AS vector)) \
    ON CONFLICT (organization_id, kind, source_id, chunk) DO UPDATE SET conversation_ids = excluded.conversation_ids, \
        author_user_id = excluded.author_user_id, version = excluded.version, created_at = excluded.created_at, \
        model = excluded.model, dimension = excluded.dimension, embedding = excluded.embedding";

const REMOVE: &str = "DELETE FROM pgvectors WHERE organization_id = $1 AND kind = $2 AND source_id = $3 AND chunk = $4";

const REMOVE_SOURCES: &str =
    "DELETE FROM pgvectors WHERE organization_id = $1 AND kind = $2 AND source_id = ANY($3) AND chunk >= $4";

const REMOVE_SOME: &str = "DELETE FROM pgvectors WHERE (organization_id, kind, source_id, chunk) IN \
    (SELECT organization_id, kind, source_id, chunk FROM pgvectors WHERE organization_id = $1 LIMIT $2)";

/// The kind and the id of a source.
pub(super) fn parts(source: VectorSource) -> (&'static str, DbId) {
    match source {
        VectorSource::Message(id) => ("message", id.into()),
        VectorSource::File(id) => ("file", id.into()),
    }
}

pub(super) fn chunk_of(chunk: u32) -> i32 {
    i32::try_from(chunk).unwrap_or(i32::MAX)
}

/// As pgvector reads it.
pub(super) fn text_of(values: &[f32]) -> String {
    let values: Vec<String> = values.iter().map(f32::to_string).collect();
    format!("[{}]", values.join(","))
}

pub(super) async fn put(
    conn: &mut AsyncPgConnection,
    organization: OrganizationId,
    vectors: Arc<[VectorRecord]>,
) -> Result<(), SqlError> {
    for vector in vectors.iter() {
        if vector.values.iter().all(|value| *value == 0.0) {
            remove_one(conn, organization, vector.id).await?;
            continue;
        }
        let (kind, id) = parts(vector.id.source);
        let places: Vec<DbId> = vector.places.iter().map(|place| place.conversation_id().into()).collect();
        diesel::sql_query(PUT)
            .bind::<SqlUuid, _>(DbId::from(organization))
            .bind::<Text, _>(kind)
            .bind::<SqlUuid, _>(id)
            .bind::<Integer, _>(chunk_of(vector.id.chunk))
            .bind::<Array<SqlUuid>, _>(places)
            .bind::<Nullable<SqlUuid>, _>(vector.author.map(DbId::from))
            .bind::<BigInt, _>(vector.version)
            .bind::<SqlTime, _>(DbTime(vector.created_at))
            .bind::<Text, _>(&vector.model)
            .bind::<Integer, _>(i32::try_from(vector.values.len()).unwrap_or(i32::MAX))
            .bind::<Text, _>(text_of(&vector.values))
            .execute(conn)
            .await?;
    }
    Ok(())
}

async fn remove_one(conn: &mut AsyncPgConnection, organization: OrganizationId, id: VectorId) -> QueryResult<usize> {
    let (kind, source) = parts(id.source);
    diesel::sql_query(REMOVE)
        .bind::<SqlUuid, _>(DbId::from(organization))
        .bind::<Text, _>(kind)
        .bind::<SqlUuid, _>(source)
        .bind::<Integer, _>(chunk_of(id.chunk))
        .execute(conn)
        .await
}

pub(super) async fn remove(
    conn: &mut AsyncPgConnection,
    organization: OrganizationId,
    ids: Arc<[VectorId]>,
) -> Result<(), SqlError> {
    for id in ids.iter() {
        remove_one(conn, organization, *id).await?;
    }
    Ok(())
}

pub(super) async fn remove_sources(
    conn: &mut AsyncPgConnection,
    organization: OrganizationId,
    sources: Arc<[VectorSource]>,
    from_chunk: u32,
) -> Result<(), SqlError> {
    for wanted in ["message", "file"] {
        let ids = sources.iter().map(|source| parts(*source)).filter(|(kind, _)| *kind == wanted);
        let ids: Vec<DbId> = ids.map(|(_, id)| id).collect();
        diesel::sql_query(REMOVE_SOURCES)
            .bind::<SqlUuid, _>(DbId::from(organization))
            .bind::<Text, _>(wanted)
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<Integer, _>(chunk_of(from_chunk))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Removes some; answers whether there may be more.
pub(super) async fn remove_some(conn: &mut AsyncPgConnection, organization: DbId) -> Result<bool, SqlError> {
    let at_most = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    let query = diesel::sql_query(REMOVE_SOME).bind::<SqlUuid, _>(organization).bind::<BigInt, _>(at_most);
    Ok(query.execute(conn).await? >= AT_ONCE)
}
