use diesel::{
    QueryResult,
    sql_types::{Array, BigInt},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::types::{DbId, SqlUuid};

const SAID_BEFORE: &str = "SELECT w.id AS asked, p.id FROM messages w CROSS JOIN LATERAL \
    (SELECT m.id FROM messages m WHERE m.conversation_id = w.conversation_id AND m.id < w.id AND m.active \
        AND m.deleted_at IS NULL ORDER BY m.id DESC LIMIT $2) p \
    WHERE w.id = ANY($1)";

#[derive(diesel::QueryableByName)]
struct Pair {
    #[diesel(sql_type = SqlUuid)]
    asked: DbId,
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
}

/// Each of these messages with up to `count` active ones that come right before it in its conversation.
pub(super) async fn said_before(
    conn: &mut AsyncPgConnection,
    messages: &[DbId],
    count: u32,
) -> QueryResult<Vec<(DbId, DbId)>> {
    let query = diesel::sql_query(SAID_BEFORE);
    let pairs: Vec<Pair> =
        query.bind::<Array<SqlUuid>, _>(messages).bind::<BigInt, _>(i64::from(count)).load(conn).await?;
    Ok(pairs.into_iter().map(|pair| (pair.asked, pair.id)).collect())
}
