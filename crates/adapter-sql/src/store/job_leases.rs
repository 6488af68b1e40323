//! Who works on which job.

use std::{sync::Arc, time::Duration};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    JobId, Timestamp,
    job::{ClaimedJob, MAX_ATTEMPTS},
    ports::store::DeadJobs,
    run::{LEASE, Lease, LeaseOwner},
};

use super::prelude::{self, Conn, locked_if_free};
use crate::{
    error::SqlError,
    rows::JobRow,
    schema::jobs,
    types::{DbId, DbTime},
};

/// The clock of who enqueued a job may go ahead of the database's by so much, which on SQLite counts whole milliseconds: what is
/// to be done at once is not to wait until somebody looks again.
const AHEAD: Duration = Duration::from_millis(250);

/// Takes jobs that are due, under a lease. Those that nobody can do are set aside as dead.
pub(super) async fn claim(conn: &mut Conn, owner: LeaseOwner, limit: u32) -> Result<Vec<ClaimedJob>, SqlError> {
    let now = prelude::now(conn).await?;
    let free = jobs::lease_until.is_null().or(jobs::lease_until.le(now));
    let due = jobs::table
        .filter(jobs::died_at.is_null())
        .filter(jobs::run_at.le(DbTime(Timestamp::from(now).plus(AHEAD))))
        .filter(free)
        .order((jobs::run_at, jobs::id))
        .limit(i64::from(limit))
        .select(jobs::id);
    let due: Vec<DbId> = locked_if_free!(due).load(conn).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }

    let until = DbTime(Timestamp::from(now).plus(LEASE));
    let taken = diesel::update(jobs::table.filter(jobs::id.eq_any(due)))
        .set((
            jobs::lease_owner.eq(DbId(owner.0)),
            jobs::lease_until.eq(until),
            jobs::fence.eq(jobs::fence + 1),
            jobs::attempts.eq(jobs::attempts + 1),
        ))
        .returning(JobRow::as_returning());
    let mut rows: Vec<JobRow> = taken.load(conn).await?;
    rows.sort_by_key(|row| (row.run_at, row.id));

    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        let hopeless = match row.task() {
            // Whoever had the last try died during it.
            Ok(_) if row.attempts > MAX_ATTEMPTS => "given up: the last try did not end".to_owned(),
            Ok(task) => {
                claimed.push(ClaimedJob {
                    id: row.id.into(),
                    organization_id: row.organization_id.into(),
                    task,
                    attempts: row.attempts,
                    lease: Lease { owner, fence: row.fence },
                });
                continue;
            }
            Err(unknown) => unknown.to_string(),
        };
        bury(conn, row.id, &hopeless, now).await?;
    }
    Ok(claimed)
}

/// Sets a job aside. Its lease ends.
pub(super) async fn bury(conn: &mut Conn, job: DbId, error: &str, at: DbTime) -> QueryResult<usize> {
    diesel::update(jobs::table.find(job))
        .set((
            jobs::died_at.eq(at),
            jobs::last_error.eq(error),
            jobs::lease_owner.eq(None::<DbId>),
            jobs::lease_until.eq(None::<DbTime>),
        ))
        .execute(conn)
        .await
}

/// Prolongs the leases that the owner still holds on these jobs.
pub(super) async fn renew(conn: &mut Conn, owner: LeaseOwner, jobs: &[DbId]) -> Result<(), SqlError> {
    if jobs.is_empty() {
        return Ok(());
    }
    let now = prelude::now(conn).await?;
    let held = jobs::table.filter(jobs::id.eq_any(jobs)).filter(jobs::lease_owner.eq(DbId(owner.0)));
    let until = DbTime(Timestamp::from(now).plus(LEASE));
    diesel::update(held).set(jobs::lease_until.eq(until)).execute(conn).await?;
    Ok(())
}

/// Lets every lease of the owner lapse.
pub(super) async fn release(conn: &mut Conn, owner: LeaseOwner) -> Result<(), SqlError> {
    let now = prelude::now(conn).await?;
    let held = jobs::table.filter(jobs::lease_owner.eq(DbId(owner.0)));
    diesel::update(held).set(jobs::lease_until.eq(now)).execute(conn).await?;
    Ok(())
}

/// The newest dead jobs, and why they died.
pub(super) async fn list_dead(conn: &mut Conn) -> Result<Vec<(JobId, String)>, SqlError> {
    let query = jobs::table
        .filter(jobs::died_at.is_not_null())
        .order((jobs::died_at.desc(), jobs::id.desc()))
        .limit(100)
        .select((jobs::id, jobs::last_error));
    let dead: Vec<(DbId, Option<String>)> = query.load(conn).await?;
    Ok(dead.into_iter().map(|(id, error)| (id.into(), error.unwrap_or_default())).collect())
}

/// Makes dead jobs due, as if they had never been tried.
pub(super) async fn retry_dead(conn: &mut Conn, which: Arc<DeadJobs>) -> Result<u64, SqlError> {
    let now = prelude::now(conn).await?;
    let alive = (jobs::died_at.eq(None::<DbTime>), jobs::run_at.eq(now), jobs::attempts.eq(0));
    let dead = jobs::table.filter(jobs::died_at.is_not_null());
    let revived = match &*which {
        DeadJobs::All => diesel::update(dead).set(alive).execute(conn).await?,
        DeadJobs::One(id) => diesel::update(dead.filter(jobs::id.eq(DbId::from(*id)))).set(alive).execute(conn).await?,
    };
    Ok(u64::try_from(revived).unwrap_or(u64::MAX))
}
