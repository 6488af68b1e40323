//! Writes rows of the embedded index of vectors.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Arc, OnceLock},
};

use diesel::{prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use stead_domain::ports::vector_store::{VectorId, VectorKind, VectorSource};
use uuid::Uuid;

use super::{
    embedded::parts,
    prelude::Conn,
    vectors::{chunk_of, id_of},
};
use crate::{
    error::{InvalidColumn, SqlError},
    prepared::Prepare,
    schema::{embeddings, file_passages},
    types::{DbId, DbName, DbTime, SqlUuid},
    vectors::NewVector,
};

/// The conversation of a vector that is in none.
const NOWHERE: DbId = DbId(Uuid::nil());
/// How many rows of an organization are removed at once.
const AT_ONCE: i64 = 1_000;

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = embeddings, treat_none_as_default_value = false)]
struct EmbeddingRow {
    organization_id: DbId,
    kind: DbName<VectorKind>,
    source_id: DbId,
    chunk: i32,
    conversation_id: DbId,
    author_user_id: Option<DbId>,
    version: i64,
    created_at: DbTime,
    model: String,
    vector: Option<Vec<u8>>,
    changed: i64,
}

/// A row by its key, without its organization.
type Key = (VectorId, DbId);

static INSERT: OnceLock<String> = OnceLock::new();

pub(super) async fn put(conn: &mut Conn, organization: DbId, vectors: Arc<[NewVector]>) -> Result<(), SqlError> {
    let ids: Vec<VectorId> = vectors.iter().map(|vector| vector.id).collect();
    let before = rows_of(conn, organization, &ids).await?;
    let mut stays: HashSet<Key> = HashSet::new();
    for vector in vectors.iter().filter(|vector| vector.values.is_some()) {
        stays.extend(conversations(vector).map(|conversation| (vector.id, conversation)));
    }
    let gone: BTreeSet<DbId> = before.iter().filter(|key| !stays.contains(*key)).map(|(_, place)| *place).collect();
    let touched: BTreeSet<DbId> = stays.iter().map(|(_, place)| *place).chain(gone.iter().copied()).collect();
    let numbers = count(conn, organization, &touched, &gone).await?;
    delete(conn, organization, &before).await?;
    let same = in_passages(conn, &vectors).await?;
    let mut rows = Vec::new();
    for vector in vectors.iter() {
        let Some(values) = &vector.values else { continue };
        let (kind, id) = parts(&vector.id.source);
        let bytes = bytes(values);
        let is_in_passages = same.contains(&(vector.id, bytes.clone()));
        rows.extend(conversations(vector).map(|conversation_id| EmbeddingRow {
            organization_id: organization,
            kind: DbName(kind),
            source_id: id,
            chunk: chunk_of(&vector.id),
            conversation_id,
            author_user_id: vector.author.map(Into::into),
            version: vector.version,
            created_at: vector.created_at.into(),
            model: vector.model.clone(),
            vector: (!is_in_passages).then(|| bytes.clone()),
            changed: numbers.get(&conversation_id).copied().unwrap_or(0),
        }));
    }
    for row in rows {
        diesel::insert_into(embeddings::table).values(row).unchanging(&INSERT).execute(conn).await?;
    }
    Ok(())
}

fn conversations(vector: &NewVector) -> impl Iterator<Item = DbId> {
    let nowhere = vector.conversations.is_empty().then_some(NOWHERE);
    vector.conversations.iter().map(|conversation| DbId::from(*conversation)).chain(nowhere)
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The rows of vectors.
async fn rows_of(conn: &mut Conn, organization: DbId, ids: &[VectorId]) -> Result<Vec<Key>, SqlError> {
    let wanted: HashSet<VectorId> = ids.iter().copied().collect();
    let mut found = Vec::new();
    for kind in [VectorKind::Message, VectorKind::File] {
        let of_kind: Vec<(DbId, i32)> =
            ids.iter().filter(|id| parts(&id.source).0 == kind).map(|id| (parts(&id.source).1, chunk_of(id))).collect();
        let (Some(first), Some(last)) =
            (of_kind.iter().map(|(_, chunk)| *chunk).min(), of_kind.iter().map(|(_, chunk)| *chunk).max())
        else {
            continue;
        };
        let sources: BTreeSet<DbId> = of_kind.iter().map(|(id, _)| *id).collect();
        let query = embeddings::table
            .filter(embeddings::organization_id.eq(organization))
            .filter(embeddings::kind.eq(DbName(kind)))
            .filter(embeddings::source_id.eq_any(sources.into_iter().collect::<Vec<_>>()))
            .filter(embeddings::chunk.ge(first))
            .filter(embeddings::chunk.le(last))
            .select((embeddings::source_id, embeddings::chunk, embeddings::conversation_id));
        let rows: Vec<(DbId, i32, DbId)> = query.load(conn).await?;
        for (id, chunk, conversation) in rows {
            let id = id_of(kind, id, chunk)?;
            if wanted.contains(&id) {
                found.push((id, conversation));
            }
        }
    }
    Ok(found)
}

async fn delete(conn: &mut Conn, organization: DbId, keys: &[Key]) -> QueryResult<()> {
    for (id, conversation) in keys {
        let (kind, source) = parts(&id.source);
        let row = embeddings::table.find((organization, DbName(kind), source, chunk_of(id), *conversation));
        diesel::delete(row).execute(conn).await?;
    }
    Ok(())
}

/// (SQLite numbers the parameters as they first appear.)
const COUNT: &str = "INSERT INTO embedding_places (organization_id, conversation_id, changes, removals) \
    VALUES ($1, $2, 1, $3) ON CONFLICT (organization_id, conversation_id) DO UPDATE \
    SET changes = embedding_places.changes + 1, removals = embedding_places.removals + excluded.removals \
    RETURNING changes";

#[derive(QueryableByName)]
struct Changes {
    #[diesel(sql_type = BigInt)]
    changes: i64,
}

/// Counts a change of each of these conversations, and a removal in some of them; answers the numbers of the changes. In
/// their order, so that two of these never wait for each other.
async fn count(
    conn: &mut Conn,
    organization: DbId,
    touched: &BTreeSet<DbId>,
    gone: &BTreeSet<DbId>,
) -> QueryResult<BTreeMap<DbId, i64>> {
    let mut numbers = BTreeMap::new();
    for conversation in touched {
        let counted: Changes = diesel::sql_query(COUNT)
            .bind::<SqlUuid, _>(organization)
            .bind::<SqlUuid, _>(*conversation)
            .bind::<BigInt, _>(i64::from(gone.contains(conversation)))
            .prepared()
            .get_result(conn)
            .await?;
        numbers.insert(*conversation, counted.changes);
    }
    Ok(numbers)
}

/// Those of the vectors that the passages of their files have: they are not kept twice.
async fn in_passages(conn: &mut Conn, vectors: &[NewVector]) -> QueryResult<HashSet<(VectorId, Vec<u8>)>> {
    let mut wanted: Vec<(VectorId, DbId, i32)> = Vec::new();
    for vector in vectors {
        if let (VectorSource::File(file), Some(n)) = (vector.id.source, vector.id.passage_number()) {
            wanted.push((vector.id, file.into(), i32::try_from(n).unwrap_or(i32::MAX)));
        }
    }
    let mut same = HashSet::new();
    for (id, file, n) in wanted {
        let query = file_passages::table.find((file, n)).select(file_passages::embedding);
        if let Some(Some(bytes)) = query.first::<Option<Vec<u8>>>(conn).await.optional()? {
            same.insert((id, bytes));
        }
    }
    Ok(same)
}

pub(super) async fn remove(conn: &mut Conn, organization: DbId, ids: Arc<[VectorId]>) -> Result<(), SqlError> {
    let before = rows_of(conn, organization, &ids).await?;
    take_out(conn, organization, &before).await
}

pub(super) async fn remove_sources(
    conn: &mut Conn,
    organization: DbId,
    sources: Arc<[VectorSource]>,
    from_chunk: u32,
) -> Result<(), SqlError> {
    let mut before = Vec::new();
    for kind in [VectorKind::Message, VectorKind::File] {
        let ids: Vec<DbId> = sources.iter().map(parts).filter(|(of, _)| *of == kind).map(|(_, id)| id).collect();
        if ids.is_empty() {
            continue;
        }
        let query = embeddings::table
            .filter(embeddings::organization_id.eq(organization))
            .filter(embeddings::kind.eq(DbName(kind)))
            .filter(embeddings::source_id.eq_any(ids))
            .filter(embeddings::chunk.ge(i32::try_from(from_chunk).unwrap_or(i32::MAX)))
            .select((embeddings::source_id, embeddings::chunk, embeddings::conversation_id));
        let rows: Vec<(DbId, i32, DbId)> = query.load(conn).await?;
        for (id, chunk, conversation) in rows {
            before.push((id_of(kind, id, chunk)?, conversation));
        }
    }
    take_out(conn, organization, &before).await
}

async fn take_out(conn: &mut Conn, organization: DbId, rows: &[Key]) -> Result<(), SqlError> {
    let gone: BTreeSet<DbId> = rows.iter().map(|(_, conversation)| *conversation).collect();
    count(conn, organization, &gone, &gone).await?;
    Ok(delete(conn, organization, rows).await?)
}

pub(super) async fn remove_some(conn: &mut Conn, organization: DbId) -> Result<bool, SqlError> {
    let query = embeddings::table.filter(embeddings::organization_id.eq(organization)).limit(AT_ONCE).select((
        embeddings::kind,
        embeddings::source_id,
        embeddings::chunk,
        embeddings::conversation_id,
    ));
    let rows: Vec<(DbName<VectorKind>, DbId, i32, DbId)> = query.load(conn).await?;
    let rows: Vec<Key> = rows
        .into_iter()
        .map(|(kind, id, chunk, conversation)| Ok((id_of(kind.0, id, chunk)?, conversation)))
        .collect::<Result<_, InvalidColumn>>()?;
    take_out(conn, organization, &rows).await?;
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX) >= AT_ONCE)
}
