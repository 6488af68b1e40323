//! The rows of the embedded index of vectors.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::{
    prelude::*,
    sql_types::{BigInt, Binary, Integer, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    ConversationId, Invalid, OrganizationId,
    ports::{
        store::StoreError,
        vector_store::{VectorId, VectorKind, VectorPage, VectorSource},
    },
};
use uuid::Uuid;

use super::{
    embedded::{parts, source},
    prelude::{Conn, Db, SqlStore},
    vector_writes as writes,
};
use crate::{
    error::{InvalidColumn, SqlError},
    prepared::Prepare,
    schema::{embedding_places, embeddings},
    types::{DbId, DbName, DbTime, Named, SqlTime, SqlUuid},
    vectors::{EmbeddedVectors, NewVector, PlaceState, VectorMemory, VectorRow, VectorRows},
};

/// How many ids are listed at once.
const IDS: i64 = 1_000;

impl SqlStore {
    /// The embedded index of vectors in this database. One a process: it holds what it read in memory.
    pub fn vectors(self: &Arc<Self>, memory: VectorMemory) -> EmbeddedVectors {
        EmbeddedVectors::new(Arc::clone(self) as Arc<dyn VectorRows>, memory)
    }
}

#[async_trait]
impl VectorRows for SqlStore {
    async fn put(&self, organization: OrganizationId, vectors: Vec<NewVector>) -> Result<(), StoreError> {
        let vectors: Arc<[NewVector]> = vectors.into();
        self.write(move |conn| writes::put(conn, organization.into(), Arc::clone(&vectors)).boxed()).await
    }

    async fn remove(&self, organization: OrganizationId, ids: Vec<VectorId>) -> Result<(), StoreError> {
        let ids: Arc<[VectorId]> = ids.into();
        self.write(move |conn| writes::remove(conn, organization.into(), Arc::clone(&ids)).boxed()).await
    }

    async fn remove_sources(
        &self,
        organization: OrganizationId,
        sources: Vec<VectorSource>,
        from_chunk: u32,
    ) -> Result<(), StoreError> {
        let sources: Arc<[VectorSource]> = sources.into();
        self.write(move |conn| {
            writes::remove_sources(conn, organization.into(), Arc::clone(&sources), from_chunk).boxed()
        })
        .await
    }

    async fn remove_some(&self, organization: OrganizationId) -> Result<bool, StoreError> {
        self.write(move |conn| writes::remove_some(conn, organization.into()).boxed()).await
    }

    async fn states(
        &self,
        organization: OrganizationId,
        conversations: Vec<ConversationId>,
    ) -> Result<Vec<PlaceState>, StoreError> {
        self.read(move |conn| states(conn, organization.into(), conversations).boxed()).await
    }

    async fn load(
        &self,
        organization: OrganizationId,
        conversation: ConversationId,
        since: i64,
        after: Option<(i64, VectorId)>,
        limit: u32,
    ) -> Result<Vec<VectorRow>, StoreError> {
        self.read(move |conn| load(conn, organization.into(), conversation.into(), since, after, limit).boxed()).await
    }

    async fn list_ids(&self, organization: OrganizationId, after: Option<VectorId>) -> Result<VectorPage, StoreError> {
        self.read(move |conn| list_ids(conn, organization, after).boxed()).await
    }
}

pub(super) fn chunk_of(id: &VectorId) -> i32 {
    i32::try_from(id.chunk).unwrap_or(i32::MAX)
}

pub(super) fn id_of(kind: VectorKind, id: DbId, chunk: i32) -> Result<VectorId, InvalidColumn> {
    let chunk = u32::try_from(chunk).map_err(|error| Invalid::new(error.to_string()));
    Ok(VectorId { source: source(kind, id), chunk: chunk.map_err(InvalidColumn::of("embeddings.chunk"))? })
}

async fn states(
    conn: &mut Conn,
    organization: DbId,
    conversations: Vec<ConversationId>,
) -> Result<Vec<PlaceState>, SqlError> {
    let ids: Vec<DbId> = conversations.into_iter().map(DbId::from).collect();
    let query = embedding_places::table
        .filter(embedding_places::organization_id.eq(organization))
        .filter(embedding_places::conversation_id.eq_any(ids))
        .select((embedding_places::conversation_id, embedding_places::changes, embedding_places::removals));
    let found: Vec<(DbId, i64, i64)> = query.load(conn).await?;
    let state = |(conversation, changes, removals): (DbId, i64, i64)| PlaceState {
        conversation: conversation.into(),
        changes,
        removals,
    };
    Ok(found.into_iter().map(state).collect())
}

/// A passage of a file has the vector of its row where that has none.
const LOAD: &str = "SELECT e.kind, e.source_id, e.chunk, e.author_user_id, e.version, e.created_at, e.model, e.changed, \
        coalesce(e.vector, p.embedding) AS vector \
    FROM embeddings e LEFT JOIN file_passages p \
        ON e.vector IS NULL AND e.kind = 'file' AND p.file_id = e.source_id AND p.n = e.chunk - 1 \
    WHERE e.organization_id = $1 AND e.conversation_id = $2 \
        AND (e.changed, e.kind, e.source_id, e.chunk) > ($3, $4, $5, $6) \
    ORDER BY e.changed, e.kind, e.source_id, e.chunk LIMIT $7";

#[derive(QueryableByName)]
struct Loaded {
    #[diesel(sql_type = Text)]
    kind: DbName<VectorKind>,
    #[diesel(sql_type = SqlUuid)]
    source_id: DbId,
    #[diesel(sql_type = Integer)]
    chunk: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    author_user_id: Option<DbId>,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = SqlTime)]
    created_at: DbTime,
    #[diesel(sql_type = Text)]
    model: String,
    #[diesel(sql_type = BigInt)]
    changed: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    vector: Option<Vec<u8>>,
}

async fn load(
    conn: &mut Conn,
    organization: DbId,
    conversation: DbId,
    since: i64,
    after: Option<(i64, VectorId)>,
    limit: u32,
) -> Result<Vec<VectorRow>, SqlError> {
    // Before all rows of the next change.
    let (changed, kind, id, chunk) = match &after {
        None => (since + 1, "", DbId(Uuid::nil()), 0),
        Some((changed, id)) => {
            let (kind, source) = parts(&id.source);
            (*changed, kind.name(), source, chunk_of(id))
        }
    };
    let rows: Vec<Loaded> = diesel::sql_query(LOAD)
        .bind::<SqlUuid, _>(organization)
        .bind::<SqlUuid, _>(conversation)
        .bind::<BigInt, _>(changed)
        .bind::<Text, _>(kind)
        .bind::<SqlUuid, _>(id)
        .bind::<Integer, _>(chunk)
        .bind::<BigInt, _>(i64::from(limit))
        .prepared()
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(loaded).collect::<Result<_, InvalidColumn>>()?)
}

fn loaded(row: Loaded) -> Result<VectorRow, InvalidColumn> {
    let bytes = row.vector.unwrap_or_default();
    let (values, _) = bytes.as_chunks::<4>();
    Ok(VectorRow {
        id: id_of(row.kind.0, row.source_id, row.chunk)?,
        // Without values, where its passage is gone: it is near to nothing.
        values: values.iter().map(|value| f32::from_le_bytes(*value)).collect(),
        model: row.model,
        author: row.author_user_id.map(Into::into),
        created_at: row.created_at.into(),
        version: row.version,
        changed: row.changed,
    })
}

async fn list_ids(
    conn: &mut Conn,
    organization: OrganizationId,
    after: Option<VectorId>,
) -> Result<VectorPage, SqlError> {
    let query = embeddings::table
        .filter(embeddings::organization_id.eq(DbId::from(organization)))
        .order((embeddings::kind, embeddings::source_id, embeddings::chunk))
        .distinct()
        .limit(IDS)
        .select((embeddings::kind, embeddings::source_id, embeddings::chunk))
        .into_boxed::<Db>();
    let query = match after {
        None => query,
        Some(after) => {
            let (kind, id) = parts(&after.source);
            let kind = DbName(kind);
            let later = embeddings::source_id
                .gt(id)
                .or(embeddings::source_id.eq(id).and(embeddings::chunk.gt(chunk_of(&after))));
            query.filter(embeddings::kind.gt(kind).or(embeddings::kind.eq(kind).and(later)))
        }
    };
    let rows: Vec<(DbName<VectorKind>, DbId, i32)> = query.load(conn).await?;
    let is_full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= IDS;
    let ids: Vec<VectorId> =
        rows.into_iter().map(|(kind, id, chunk)| id_of(kind.0, id, chunk)).collect::<Result<_, InvalidColumn>>()?;
    let next = ids.last().filter(|_| is_full).map(|last| last.to_text(organization));
    Ok(VectorPage { ids, next })
}
