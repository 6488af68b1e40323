//! The pieces of a run's stream.

use std::sync::Arc;

use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use stead_domain::{
    RunId,
    ports::store::{AppendChunks, Appended},
    run::RunChunk,
};

use super::{
    prelude::{Conn, share_locked},
    runs::UNDERWAY,
};
use crate::{
    error::SqlError,
    prepared::Prepare,
    rows::RunChunkRow,
    schema::{run_chunks, runs},
    types::DbId,
};

/// The most that is read at once.
const MOST: i64 = 10_000;

/// Keeps pieces if the lease still holds.
pub(super) async fn append(conn: &mut Conn, chunks: Arc<AppendChunks>) -> Result<Appended, SqlError> {
    let held = runs::table
        .filter(runs::id.eq(DbId::from(chunks.run)))
        .filter(runs::lease_owner.eq(DbId(chunks.lease.owner.0)))
        .filter(runs::fence.eq(chunks.lease.fence))
        .filter(runs::status.eq_any(UNDERWAY))
        .select(runs::cancel_requested);
    // Nobody can take the run before the pieces are kept.
    let Some(cancel_requested) = share_locked!(held).prepared().get_result(conn).await.optional()? else {
        return Ok(Appended::LeaseLost);
    };
    keep(conn, chunks.run, chunks.attempt, &chunks.chunks).await?;
    Ok(Appended::Kept { cancel_requested })
}

/// Keeps pieces; those that are there stay as they are.
pub(super) async fn keep(conn: &mut Conn, run: RunId, attempt: i32, chunks: &[RunChunk]) -> Result<(), SqlError> {
    for chunk in chunks {
        diesel::insert_into(run_chunks::table)
            .values(RunChunkRow::new(run, attempt, chunk))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The pieces of one attempt, in order, from the one that holds a character on.
pub(super) async fn list(
    conn: &mut Conn,
    run: RunId,
    attempt: i32,
    chars_from: i32,
) -> Result<Vec<RunChunk>, SqlError> {
    let of_attempt = run_chunks::run_id.eq(DbId::from(run)).and(run_chunks::attempt.eq(attempt));
    let holds_it: Option<i32> = run_chunks::table
        .filter(of_attempt)
        .filter(run_chunks::chars_from.le(chars_from))
        .select(max(run_chunks::chars_from))
        .first(conn)
        .await?;
    let query = run_chunks::table
        .filter(of_attempt)
        .filter(run_chunks::chars_from.ge(holds_it.unwrap_or(0)))
        .order((run_chunks::n, run_chunks::chars_from))
        .limit(MOST)
        .select(RunChunkRow::as_select());
    let rows = query.load(conn).await?;
    Ok(rows.into_iter().map(RunChunk::try_from).collect::<Result<_, _>>()?)
}
