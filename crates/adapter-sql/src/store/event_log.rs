//! The event log.

use async_trait::async_trait;
use diesel::{prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    event::{EventCursor, LoggedEvent, NewEvent},
    ports::store::{EventQueries, StoreError},
};

use super::prelude::{Conn, EVENT_IS_FINAL, SqlStore};
use crate::{
    error::SqlError,
    rows::{EventRow, NewEventRow},
    schema::{event_epoch, events},
    types::{DbTransactionId, SqlTransactionId},
};

/// The most that a page of the log may hold.
const MOST: u32 = 1_000;

#[async_trait]
impl EventQueries for SqlStore {
    async fn list_events(&self, after: Option<EventCursor>, limit: u32) -> Result<Vec<LoggedEvent>, StoreError> {
        self.read(move |conn| list_events(conn, after, limit).boxed()).await
    }
}

async fn list_events(conn: &mut Conn, after: Option<EventCursor>, limit: u32) -> Result<Vec<LoggedEvent>, SqlError> {
    let after = after.unwrap_or(EventCursor { epoch: 0, transaction: 0, row: 0 });
    let query = format!(
        "SELECT * FROM events \
         WHERE (epoch, transaction_id, position) > ($1, $2, $3) AND {EVENT_IS_FINAL} \
         ORDER BY epoch, transaction_id, position LIMIT $4",
    );
    let rows: Vec<EventRow> = diesel::sql_query(query)
        .bind::<BigInt, _>(after.epoch)
        .bind::<SqlTransactionId, _>(DbTransactionId(after.transaction))
        .bind::<BigInt, _>(after.row)
        .bind::<BigInt, _>(i64::from(limit.clamp(1, MOST)))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(LoggedEvent::try_from).collect::<Result<_, _>>()?)
}

/// Appends events in their order.
pub(super) async fn append(conn: &mut Conn, new: &[NewEvent]) -> Result<(), SqlError> {
    for event in new {
        let epoch = event_epoch::table.select(event_epoch::epoch).single_value().assume_not_null();
        diesel::insert_into(events::table)
            .values((NewEventRow::from(event), events::epoch.eq(epoch)))
            .execute(conn)
            .await?;
    }
    Ok(())
}
