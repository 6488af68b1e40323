//! Who works on which run.

use diesel::{
    dsl::{exists, min, not},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use stead_domain::{
    Timestamp,
    ports::store::{ClaimedRun, RenewedRun, TakenFrom},
    run::{LEASE, Lease, LeaseOwner, RunStatus},
};

use super::{
    apply::start_next,
    prelude::{self, Conn, locked_if_free},
    runs::UNDERWAY,
};
use crate::{
    error::SqlError,
    rows::RunRow,
    schema::{conversations, runs},
    types::{DbId, DbName, DbTime},
};

/// Takes runs that nobody works on: those whose lease has lapsed, then those that wait for their turn.
pub(super) async fn claim(conn: &mut Conn, owner: LeaseOwner, limit: u32) -> Result<Vec<ClaimedRun>, SqlError> {
    let now = prelude::now(conn).await?;
    let mut claimed = take_lapsed(conn, owner, limit, now).await?;
    let room = limit.saturating_sub(u32::try_from(claimed.len()).unwrap_or(u32::MAX));
    if room > 0 {
        claimed.extend(take_queued(conn, owner, room, now).await?);
    }
    Ok(claimed)
}

async fn take_lapsed(conn: &mut Conn, owner: LeaseOwner, limit: u32, now: DbTime) -> Result<Vec<ClaimedRun>, SqlError> {
    let lapsed = runs::table
        .filter(runs::status.eq(DbName(RunStatus::Running)))
        .filter(runs::lease_until.is_null().or(runs::lease_until.le(now)))
        .order((runs::lease_until, runs::id))
        .limit(i64::from(limit))
        .select(runs::id);
    let lapsed: Vec<DbId> = locked_if_free!(lapsed).load(conn).await?;
    if lapsed.is_empty() {
        return Ok(Vec::new());
    }
    let taken = diesel::update(runs::table.filter(runs::id.eq_any(lapsed)))
        .set((
            runs::lease_owner.eq(DbId(owner.0)),
            runs::lease_until.eq(DbTime(Timestamp::from(now).plus(LEASE))),
            runs::fence.eq(runs::fence + 1),
        ))
        .returning(RunRow::as_returning());
    let rows: Vec<RunRow> = taken.load(conn).await?;
    rows.into_iter().map(|row| claimed(row, owner, TakenFrom::Lapsed)).collect()
}

async fn take_queued(conn: &mut Conn, owner: LeaseOwner, limit: u32, now: DbTime) -> Result<Vec<ClaimedRun>, SqlError> {
    let mut taken = Vec::new();
    for (conversation, agent) in waiting(conn, limit).await? {
        // Whoever holds the conversation is starting its next run, or ending the one before.
        let held = conversations::table.filter(conversations::id.eq(conversation)).select(conversations::id);
        let held: Option<DbId> = locked_if_free!(held).first(conn).await.optional()?;
        if held.is_none() {
            continue;
        }
        if let Some(row) = start_next(conn, conversation, agent, owner, now).await? {
            taken.push(claimed(row, owner, TakenFrom::Queue)?);
        }
    }
    Ok(taken)
}

/// Conversations and agents of which a run is queued and none is under way.
async fn waiting(conn: &mut Conn, limit: u32) -> Result<Vec<(DbId, DbId)>, SqlError> {
    let other = diesel::alias!(runs as other);
    let underway = other
        .filter(other.field(runs::conversation_id).eq(runs::conversation_id))
        .filter(other.field(runs::agent_id).eq(runs::agent_id))
        .filter(other.field(runs::status).eq_any(UNDERWAY));
    let query = runs::table
        .filter(runs::status.eq(DbName(RunStatus::Queued)))
        .filter(not(exists(underway)))
        .group_by((runs::conversation_id, runs::agent_id))
        .select((runs::conversation_id, runs::agent_id))
        .order(min(runs::created_at))
        .limit(i64::from(limit));
    Ok(query.load(conn).await?)
}

fn claimed(row: RunRow, owner: LeaseOwner, taken_from: TakenFrom) -> Result<ClaimedRun, SqlError> {
    let lease = Lease { owner, fence: row.fence };
    Ok(ClaimedRun { run: row.try_into()?, lease, taken_from })
}

/// Prolongs the leases that the owner still holds on these runs, and answers those.
pub(super) async fn renew(conn: &mut Conn, owner: LeaseOwner, runs: &[DbId]) -> Result<Vec<RenewedRun>, SqlError> {
    if runs.is_empty() {
        return Ok(Vec::new());
    }
    let now = prelude::now(conn).await?;
    let held = runs::table
        .filter(runs::id.eq_any(runs))
        .filter(runs::lease_owner.eq(DbId(owner.0)))
        .filter(runs::status.eq_any(UNDERWAY));
    let renewed = diesel::update(held)
        .set(runs::lease_until.eq(DbTime(Timestamp::from(now).plus(LEASE))))
        .returning((runs::id, runs::cancel_requested));
    let renewed: Vec<(DbId, bool)> = renewed.load(conn).await?;
    Ok(renewed.into_iter().map(|(run, cancel_requested)| RenewedRun { run: run.into(), cancel_requested }).collect())
}

/// Lets every lease of the owner lapse.
pub(super) async fn release(conn: &mut Conn, owner: LeaseOwner) -> Result<(), SqlError> {
    let now = prelude::now(conn).await?;
    let held = runs::table.filter(runs::lease_owner.eq(DbId(owner.0)));
    diesel::update(held).set(runs::lease_until.eq(now)).execute(conn).await?;
    Ok(())
}
