use diesel::{
    QueryResult,
    sql_types::{Array, BigInt},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::{
    rows::MessageRow,
    types::{DbId, SqlUuid},
};

/// In a file of its own, for a test that looks at what it reads.
const LATEST_MESSAGES: &str = include_str!("latest_messages.sql");

/// The newest `count` active messages of each conversation that the organization keeps, oldest to newest. (`LATERAL` walks the index from its end for
/// each conversation; `IN`, which is what serves SQLite, takes seconds here.)
pub(super) async fn latest_messages(
    conn: &mut AsyncPgConnection,
    organization: DbId,
    conversations: &[DbId],
    count: u32,
) -> QueryResult<Vec<MessageRow>> {
    diesel::sql_query(LATEST_MESSAGES)
        .bind::<Array<SqlUuid>, _>(conversations)
        .bind::<BigInt, _>(i64::from(count))
        .bind::<SqlUuid, _>(organization)
        .load(conn)
        .await
}
