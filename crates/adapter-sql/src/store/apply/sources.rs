//! What answers are made from.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Integer, Text},
};
use diesel_async::RunQueryDsl;
use stead_domain::ports::store::{Outcome, SetSources};

use super::{prelude::Conn, updated};
use crate::{
    error::SqlError,
    rows::SourceRow,
    schema::message_sources,
    types::{DbId, Named, SqlUuid},
};

const COLUMNS: usize = 8;

/// All of them in one statement.
pub(super) async fn set(conn: &mut Conn, set: &SetSources) -> Result<Outcome, SqlError> {
    let before = message_sources::table.filter(message_sources::message_id.eq(DbId::from(set.message)));
    let removed = diesel::delete(before).execute(conn).await?;
    let rows = SourceRow::all_of(set);
    if rows.is_empty() {
        return Ok(updated(removed));
    }
    let place = |row: usize| {
        let numbers: Vec<String> = (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column)).collect();
        format!("({})", numbers.join(", "))
    };
    let places: Vec<String> = (0..rows.len()).map(place).collect();
    let statement = format!(
        "INSERT INTO message_sources \
            (message_id, n, organization_id, conversation_id, kind, source_id, source_version, cited) VALUES {}",
        places.join(", ")
    );
    let mut query = diesel::sql_query(statement).into_boxed();
    for row in rows {
        query = query
            .bind::<SqlUuid, _>(row.message_id)
            .bind::<Integer, _>(row.n)
            .bind::<SqlUuid, _>(row.organization_id)
            .bind::<SqlUuid, _>(row.conversation_id)
            .bind::<Text, _>(row.kind.0.name())
            .bind::<SqlUuid, _>(row.source_id)
            .bind::<BigInt, _>(row.source_version)
            .bind::<Bool, _>(row.cited);
    }
    query.execute(conn).await?;
    Ok(Outcome::Updated)
}
