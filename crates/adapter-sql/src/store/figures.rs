//! What an operator watches.

use std::time::Duration;

use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;
use stead_domain::{
    Timestamp,
    ports::store::{ConnectionFigures, JobFigures, StoreFigures},
};

use super::prelude::{self, Conn};
use crate::{
    error::SqlError,
    schema::{events, jobs},
    types::DbTime,
};

pub(super) async fn look(conn: &mut Conn, connections: ConnectionFigures) -> Result<StoreFigures, SqlError> {
    let newest = events::table
        .order((events::epoch.desc(), events::transaction_id.desc(), events::position.desc()))
        .select(events::position);
    let newest_event: Option<i64> = newest.first(conn).await.optional()?;
    Ok(StoreFigures { jobs: jobs(conn).await?, newest_event: newest_event.unwrap_or(0), connections })
}

async fn jobs(conn: &mut Conn) -> Result<JobFigures, SqlError> {
    let now = prelude::now(conn).await?;
    let count = || jobs::table.select(count_star());
    let dead: i64 = count().filter(jobs::died_at.is_not_null()).first(conn).await?;
    let at_work: i64 =
        count().filter(jobs::lease_owner.is_not_null()).filter(jobs::lease_until.gt(now)).first(conn).await?;
    let alive: i64 = count().filter(jobs::died_at.is_null()).first(conn).await?;
    let free = jobs::lease_until.is_null().or(jobs::lease_until.le(now));
    let due = jobs::table.filter(jobs::died_at.is_null()).filter(jobs::run_at.le(now)).filter(free);
    let oldest: Option<DbTime> =
        due.order((jobs::run_at, jobs::id)).select(jobs::run_at).first(conn).await.optional()?;
    Ok(JobFigures {
        waiting: positive(alive - at_work),
        at_work: positive(at_work),
        dead: positive(dead),
        oldest_due: oldest.map_or(Duration::ZERO, |run_at| Timestamp::from(now).since(run_at.into())),
    })
}

fn positive(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
