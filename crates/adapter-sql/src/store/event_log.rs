//! The event log.

use std::sync::OnceLock;

use async_trait::async_trait;
use diesel::{dsl::sql, prelude::*, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use stead_domain::{
    event::{EventCursor, EventPage, LoggedEvent, NewEvent},
    ports::store::{EventQueries, StoreError, Wakeups},
};

use super::prelude::{Conn, EVENT_IS_FINAL, EVENT_TRANSACTION, SqlStore};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::{EventRow, NewEventRow},
    schema::{event_epoch, events},
    types::{DbTime, DbTransactionId, SqlTime, SqlTransactionId},
};

/// The most that a page of the log may hold.
const MOST: u32 = 1_000;

/// Before the first event of an epoch.
const BEGINNING: Place = (DbTransactionId(0), 0);

/// A place within an epoch.
type Place = (DbTransactionId, i64);

#[derive(QueryableByName)]
#[diesel(table_name = events)]
struct PlaceRow {
    epoch: i64,
    transaction_id: DbTransactionId,
    position: i64,
}

#[async_trait]
impl EventQueries for SqlStore {
    async fn list_events(&self, after: Option<EventCursor>, limit: u32) -> Result<EventPage, StoreError> {
        self.read(move |conn| list_events(conn, after, limit).boxed()).await
    }

    async fn end_of_events(&self) -> Result<EventCursor, StoreError> {
        self.read(move |conn| end_of_events(conn).boxed()).await
    }

    fn wakeups(&self) -> Wakeups {
        self.bell().wakeups()
    }
}

async fn list_events(conn: &mut Conn, after: Option<EventCursor>, limit: u32) -> Result<EventPage, SqlError> {
    let (transaction, position) = after.map_or(BEGINNING, |after| (DbTransactionId(after.transaction), after.row));
    let query = format!(
        "SELECT epoch, transaction_id, position, organization_id, conversation_id, audience, audience_user_id, kind, \
                subject_id, subject_version, at \
         FROM events \
         WHERE epoch = (SELECT epoch FROM event_epoch) AND (transaction_id, position) > ($1, $2) AND {EVENT_IS_FINAL} \
         ORDER BY transaction_id, position LIMIT $3",
    );
    let rows: Vec<EventRow> = diesel::sql_query(query)
        .bind::<SqlTransactionId, _>(transaction)
        .bind::<BigInt, _>(position)
        .bind::<BigInt, _>(i64::from(limit.clamp(1, MOST)))
        .prepared()
        .load(conn)
        .await?;
    // Looked at last: whatever is pruned in the meantime makes the place void.
    if let Some(after) = after
        && !is_good(conn, after).await?
    {
        return Ok(EventPage::Void);
    }
    Ok(EventPage::Events(rows.into_iter().map(LoggedEvent::try_from).collect::<Result<_, _>>()?))
}

/// Whether the place's event is in the log or was the newest to be pruned, and no event after it was pruned.
async fn is_good(conn: &mut Conn, place: EventCursor) -> Result<bool, SqlError> {
    let (epoch, pruned) = epoch(conn).await?;
    if place.epoch != epoch || key((DbTransactionId(place.transaction), place.row)) < key(pruned) {
        return Ok(false);
    }
    if key((DbTransactionId(place.transaction), place.row)) == key(pruned) {
        return Ok(true);
    }
    let there = events::table
        .filter(events::epoch.eq(epoch))
        .filter(events::transaction_id.eq(DbTransactionId(place.transaction)))
        .filter(events::position.eq(place.row))
        .select(events::position);
    Ok(there.first::<i64>(conn).await.optional()?.is_some())
}

async fn end_of_events(conn: &mut Conn) -> Result<EventCursor, SqlError> {
    let query = format!(
        "SELECT epoch, transaction_id, position FROM events \
         WHERE epoch = (SELECT epoch FROM event_epoch) AND {EVENT_IS_FINAL} \
         ORDER BY transaction_id DESC, position DESC LIMIT 1",
    );
    let newest: Option<PlaceRow> = diesel::sql_query(query).prepared().get_result(conn).await.optional()?;
    let (epoch, pruned) = epoch(conn).await?;
    let newest = newest.filter(|newest| newest.epoch == epoch).map(|newest| (newest.transaction_id, newest.position));
    let (transaction, row) = newest.filter(|newest| key(*newest) > key(pruned)).unwrap_or(pruned);
    Ok(EventCursor { epoch, transaction: transaction.0, row })
}

/// The epoch, and its newest place whose event was pruned, or its beginning.
async fn epoch(conn: &mut Conn) -> Result<(i64, Place), SqlError> {
    let query = event_epoch::table.select((
        event_epoch::epoch,
        event_epoch::pruned_transaction_id,
        event_epoch::pruned_position,
    ));
    let (epoch, transaction, position): (i64, Option<DbTransactionId>, Option<i64>) = query.first(conn).await?;
    Ok((epoch, transaction.zip(position).unwrap_or(BEGINNING)))
}

fn key((transaction, position): Place) -> (i64, i64) {
    (transaction.0, position)
}

static APPEND: OnceLock<String> = OnceLock::new();

/// Appends events in their order.
pub(super) async fn append(conn: &mut Conn, new: &[NewEvent]) -> Result<(), SqlError> {
    for event in new {
        let epoch = event_epoch::table.select(event_epoch::epoch).single_value().assume_not_null();
        let transaction = sql::<SqlTransactionId>(EVENT_TRANSACTION);
        diesel::insert_into(events::table)
            .values((NewEventRow::from(event), events::epoch.eq(epoch), events::transaction_id.eq(transaction)))
            .unchanging(&APPEND)
            .execute(conn)
            .await?;
    }
    Ok(())
}

const PRUNE: &str = "DELETE FROM events WHERE (epoch, transaction_id, position) IN \
    (SELECT epoch, transaction_id, position FROM events WHERE at < $1 ORDER BY at LIMIT $2) \
    RETURNING epoch, transaction_id, position";

/// (SQLite numbers the parameters as they first appear.)
const NOTE_PRUNED: &str = "UPDATE event_epoch SET pruned_transaction_id = $1, pruned_position = $2 \
    WHERE epoch = $3 AND (pruned_position IS NULL OR (pruned_transaction_id, pruned_position) < ($1, $2))";

/// Removes events that are older, and notes up to where: earlier places are void from then on. Answers how many.
pub(super) async fn prune(conn: &mut Conn, before: DbTime, at_most: i64) -> QueryResult<usize> {
    let query = diesel::sql_query(PRUNE).bind::<SqlTime, _>(before).bind::<BigInt, _>(at_most);
    let removed: Vec<PlaceRow> = query.load(conn).await?;
    let newest = removed.iter().max_by_key(|row| (row.epoch, row.transaction_id.0, row.position));
    if let Some(newest) = newest {
        diesel::sql_query(NOTE_PRUNED)
            .bind::<SqlTransactionId, _>(newest.transaction_id)
            .bind::<BigInt, _>(newest.position)
            .bind::<BigInt, _>(newest.epoch)
            .execute(conn)
            .await?;
    }
    Ok(removed.len())
}
