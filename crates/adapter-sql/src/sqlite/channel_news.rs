use diesel::{QueryResult, sql_types::Text};
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{executor::SqliteConn, prelude::kept_since};
use crate::{
    news::{NewsRow, news_sql},
    prepared::Prepare,
    types::{DbId, SqlUuid},
};

/// The channels come as JSON, so that the text stays the same.
const NEWS: &str = news_sql!("SELECT unhex(value ->> 0), unhex(value ->> 1) FROM json_each($1)", kept_since!());

/// What is new in each of these channels for the user after its place.
pub(super) async fn news(
    conn: &mut SqliteConn,
    places: &[(DbId, DbId)],
    user: DbId,
    organization: DbId,
) -> QueryResult<Vec<NewsRow>> {
    let wanted =
        |(channel, place): &(DbId, DbId)| json!([channel.0.simple().to_string(), place.0.simple().to_string()]);
    let wanted: Vec<_> = places.iter().map(wanted).collect();
    let query = diesel::sql_query(NEWS)
        .bind::<Text, _>(json!(wanted).to_string())
        .bind::<SqlUuid, _>(user)
        .bind::<SqlUuid, _>(organization);
    query.prepared().load(conn).await
}
