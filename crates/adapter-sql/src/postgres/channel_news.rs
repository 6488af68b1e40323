use diesel::{QueryResult, sql_types::Array};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::prelude::kept_since;
use crate::{
    news::{NewsRow, news_sql},
    prepared::Prepare,
    types::{DbId, SqlUuid},
};

const NEWS: &str = news_sql!("SELECT * FROM unnest($1::uuid[], $4::uuid[])", kept_since!());

/// What is new in each of these channels for the user after its place.
pub(super) async fn news(
    conn: &mut AsyncPgConnection,
    places: &[(DbId, DbId)],
    user: DbId,
    organization: DbId,
) -> QueryResult<Vec<NewsRow>> {
    let (channels, places): (Vec<DbId>, Vec<DbId>) = places.iter().copied().unzip();
    let query = diesel::sql_query(NEWS)
        .bind::<Array<SqlUuid>, _>(channels)
        .bind::<SqlUuid, _>(user)
        .bind::<SqlUuid, _>(organization)
        .bind::<Array<SqlUuid>, _>(places);
    query.prepared().load(conn).await
}
