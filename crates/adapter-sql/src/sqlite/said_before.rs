use diesel::{QueryResult, query_builder::BoxedSqlQuery, sqlite::Sqlite};
use diesel_async::RunQueryDsl;

use super::executor::SqliteConn;
use crate::types::{DbId, SqlUuid};

#[derive(diesel::QueryableByName)]
struct Pair {
    #[diesel(sql_type = SqlUuid)]
    asked: DbId,
    #[diesel(sql_type = SqlUuid)]
    id: DbId,
}

/// Each of these messages with up to `count` active ones that come right before it in its conversation.
pub(super) async fn said_before(
    conn: &mut SqliteConn,
    messages: &[DbId],
    count: u32,
) -> QueryResult<Vec<(DbId, DbId)>> {
    let places: Vec<String> = (1..=messages.len()).map(|n| format!("${n}")).collect();
    let query = diesel::sql_query(format!(
        "SELECT w.id AS asked, p.id FROM messages w JOIN messages p ON p.id IN \
            (SELECT m.id FROM messages m WHERE m.conversation_id = w.conversation_id AND m.id < w.id AND m.active \
                AND m.deleted_at IS NULL ORDER BY m.id DESC LIMIT {count}) \
         WHERE w.id IN ({})",
        places.join(", ")
    ));
    let query: BoxedSqlQuery<'_, Sqlite, _> =
        messages.iter().fold(query.into_boxed(), |query, id| query.bind::<SqlUuid, _>(*id));
    let pairs: Vec<Pair> = query.load(conn).await?;
    Ok(pairs.into_iter().map(|pair| (pair.asked, pair.id)).collect())
}
