use diesel::{QueryResult, query_builder::BoxedSqlQuery, sqlite::Sqlite};
use diesel_async::RunQueryDsl;

use super::executor::SqliteConn;
use crate::{
    rows::MessageRow,
    types::{DbId, SqlUuid},
};

/// The newest `count` active messages of each conversation, oldest to newest. (With `IN` SQLite walks the index from
/// its end for each conversation; a window function would read all of their messages.)
pub(super) async fn latest_messages(
    conn: &mut SqliteConn,
    conversations: &[DbId],
    count: u32,
) -> QueryResult<Vec<MessageRow>> {
    let places: Vec<String> = (1..=conversations.len()).map(|n| format!("(${n})")).collect();
    let query = diesel::sql_query(format!(
        "WITH wanted (id) AS (VALUES {}) \
         SELECT m.* FROM wanted \
         JOIN messages m ON m.id IN \
             (SELECT id FROM messages WHERE conversation_id = wanted.id AND active ORDER BY id DESC LIMIT {count}) \
         ORDER BY m.conversation_id, m.id",
        places.join(", "),
    ));
    let query: BoxedSqlQuery<'_, Sqlite, _> =
        conversations.iter().fold(query.into_boxed(), |query, id| query.bind::<SqlUuid, _>(*id));
    query.load(conn).await
}
