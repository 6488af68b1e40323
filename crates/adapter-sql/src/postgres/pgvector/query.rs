use diesel::sql_types::{Array, BigInt, Double, Integer, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use stead_domain::{
    Invalid, OrganizationId,
    ports::vector_store::{VectorHit, VectorId, VectorKind, VectorPage, VectorQuery, VectorSource},
};
use uuid::Uuid;

use super::writes::{chunk_of, parts, text_of};
use crate::{
    error::{InvalidColumn, SqlError},
    types::{DbId, DbTime, SqlTime, SqlUuid},
};

/// How many ids are listed at once.
const IDS: i64 = 1_000;

/// What fits is found by its conversations first, so that only vectors that can be compared are.
const NEAREST: &str = "WITH fits AS MATERIALIZED (\
        SELECT kind, source_id, chunk, version, embedding FROM pgvectors \
        WHERE organization_id = $1 AND conversation_ids && $2 AND model = $3 AND dimension = $4 \
            AND ($5 IS NULL OR kind = $5) AND ($6 IS NULL OR author_user_id = $6) \
            AND ($7 IS NULL OR (kind = 'file' AND source_id = ANY($7))) \
            AND ($8 IS NULL OR created_at >= $8) AND ($9 IS NULL OR created_at < $9)) \
    SELECT kind, source_id, chunk, version, 1 - (embedding <=> CAST($10 AS vector)) AS score FROM fits \
    ORDER BY score DESC, kind DESC, source_id, chunk LIMIT $11";

const LIST: &str = "SELECT kind, source_id, chunk, 0::bigint AS version, 0::double precision AS score FROM pgvectors \
    WHERE organization_id = $1 AND (kind, source_id, chunk) > ($2, $3, $4) ORDER BY kind, source_id, chunk LIMIT $5";

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    source_id: DbId,
    #[diesel(sql_type = Integer)]
    chunk: i32,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Double)]
    score: f64,
}

impl Row {
    fn id(&self) -> Result<VectorId, InvalidColumn> {
        let source = match self.kind.as_str() {
            "message" => VectorSource::Message(self.source_id.into()),
            "file" => VectorSource::File(self.source_id.into()),
            _ => return Err(InvalidColumn::of("pgvectors.kind")(Invalid::new("is not known"))),
        };
        let chunk = u32::try_from(self.chunk).map_err(|error| Invalid::new(error.to_string()));
        Ok(VectorId { source, chunk: chunk.map_err(InvalidColumn::of("pgvectors.chunk"))? })
    }
}

pub(super) async fn nearest(
    conn: &mut AsyncPgConnection,
    organization: OrganizationId,
    query: VectorQuery,
) -> Result<Vec<VectorHit>, SqlError> {
    let places: Vec<DbId> = query.places.iter().map(|place| place.conversation_id().into()).collect();
    let kind = query.kind.map(|kind| match kind {
        VectorKind::Message => "message",
        VectorKind::File => "file",
    });
    let files: Option<Vec<DbId>> = query.files.map(|files| files.into_iter().map(DbId::from).collect());
    let limit = query.limit.min(VectorQuery::MAX_LIMIT);
    let rows: Vec<Row> = diesel::sql_query(NEAREST)
        .bind::<SqlUuid, _>(DbId::from(organization))
        .bind::<Array<SqlUuid>, _>(places)
        .bind::<Text, _>(&query.model)
        .bind::<Integer, _>(i32::try_from(query.values.len()).unwrap_or(i32::MAX))
        .bind::<Nullable<Text>, _>(kind)
        .bind::<Nullable<SqlUuid>, _>(query.author.map(DbId::from))
        .bind::<Nullable<Array<SqlUuid>>, _>(files)
        .bind::<Nullable<SqlTime>, _>(query.since.map(DbTime))
        .bind::<Nullable<SqlTime>, _>(query.before.map(DbTime))
        .bind::<Text, _>(text_of(&query.values))
        .bind::<BigInt, _>(i64::from(limit))
        .load(conn)
        .await?;
    let hit = |row: Row| {
        #[expect(clippy::cast_possible_truncation, reason = "a score needs no more than f32 holds")]
        let score = row.score as f32;
        Ok(VectorHit { id: row.id()?, version: row.version, score })
    };
    // A length that no number holds has no direction.
    let finite = rows.into_iter().filter(|row| row.score.is_finite());
    Ok(finite.map(hit).collect::<Result<_, InvalidColumn>>()?)
}

pub(super) async fn list(
    conn: &mut AsyncPgConnection,
    organization: OrganizationId,
    after: Option<VectorId>,
) -> Result<VectorPage, SqlError> {
    let (kind, id, chunk) = match after {
        Some(after) => {
            let (kind, id) = parts(after.source);
            (kind, id, chunk_of(after.chunk))
        }
        None => ("", DbId(Uuid::nil()), 0),
    };
    let rows: Vec<Row> = diesel::sql_query(LIST)
        .bind::<SqlUuid, _>(DbId::from(organization))
        .bind::<Text, _>(kind)
        .bind::<SqlUuid, _>(id)
        .bind::<Integer, _>(chunk)
        .bind::<BigInt, _>(IDS)
        .load(conn)
        .await?;
    let is_full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= IDS;
    let ids: Vec<VectorId> = rows.iter().map(Row::id).collect::<Result<_, InvalidColumn>>()?;
    let next = ids.last().filter(|_| is_full).map(|last| last.to_text(organization));
    Ok(VectorPage { ids, next })
}
