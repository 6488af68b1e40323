use diesel::{QueryResult, query_builder::BoxedSqlQuery, sqlite::Sqlite};
use diesel_async::RunQueryDsl;

use super::{executor::SqliteConn, prelude::kept_since};
use crate::{
    rows::MessageRow,
    types::{DbId, SqlUuid},
};

const KEPT_SINCE: &str = kept_since!();

/// The newest `count` active messages of each conversation that the organization keeps, oldest to newest. (With `IN` SQLite walks the index from
/// its end for each conversation; a window function would read all of their messages.)
pub(super) async fn latest_messages(
    conn: &mut SqliteConn,
    organization: DbId,
    conversations: &[DbId],
    count: u32,
) -> QueryResult<Vec<MessageRow>> {
    let places: Vec<String> = (1..=conversations.len()).map(|n| format!("(${n})")).collect();
    let query = diesel::sql_query(format!(
        "WITH wanted (id) AS (VALUES {}) \
         SELECT m.* FROM wanted \
         JOIN messages m ON m.id IN \
             (SELECT id FROM messages WHERE conversation_id = wanted.id AND active \
                 AND created_at >= (SELECT {KEPT_SINCE} FROM organizations o WHERE o.id = ${}) \
              ORDER BY id DESC LIMIT {count}) \
         ORDER BY m.conversation_id, m.id",
        places.join(", "),
        conversations.len() + 1,
    ));
    let query: BoxedSqlQuery<'_, Sqlite, _> =
        conversations.iter().fold(query.into_boxed(), |query, id| query.bind::<SqlUuid, _>(*id));
    query.bind::<SqlUuid, _>(organization).load(conn).await
}
