//! What an insert came to.

use diesel::{prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use stead_domain::ports::store::{Outcome, UniqueKey};

use super::prelude::{Conn, GOES_ON_AFTER_AN_ERROR};
use crate::{
    error::SqlError,
    types::{DbId, SqlUuid},
};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The outcome of the insert of a row that has other unique keys than its id. That the id is there comes before all
/// else: Postgres looks at the primary key first, SQLite is asked.
pub(super) async fn inserted(
    conn: &mut Conn,
    result: QueryResult<usize>,
    table: &'static str,
    id: DbId,
) -> Result<Outcome, SqlError> {
    let error = match result {
        Ok(_) => return Ok(Outcome::Inserted),
        Err(error) => SqlError::from(error),
    };
    if GOES_ON_AFTER_AN_ERROR && error.is_conflict() {
        let same_id = diesel::sql_query(format!("SELECT count(*) AS n FROM {table} WHERE id = $1"));
        let same_id: Count = same_id.bind::<SqlUuid, _>(id).get_result(conn).await?;
        if same_id.n > 0 {
            return Err(SqlError::Conflict(UniqueKey::Id));
        }
    }
    Err(error)
}
