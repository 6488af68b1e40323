//! New jobs, and changes of jobs that are being worked on.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use stead_domain::{
    job::NewJob,
    ports::store::{JobChange, Outcome},
};

use super::{
    super::job_leases::bury,
    prelude::{self, Conn},
    updated,
};
use crate::{
    error::SqlError,
    rows::JobRow,
    schema::jobs,
    types::{DbId, DbTime},
};

/// Enqueues jobs.
pub(super) async fn enqueue(conn: &mut Conn, new: &[NewJob]) -> Result<(), SqlError> {
    for job in new {
        let row = JobRow::try_from(job).map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
        diesel::insert_into(jobs::table).values(row).execute(conn).await?;
    }
    Ok(())
}

pub(super) async fn apply(conn: &mut Conn, change: &JobChange) -> Result<Outcome, SqlError> {
    match change {
        JobChange::Finish(job) => {
            let rows = diesel::delete(jobs::table.find(DbId::from(*job))).execute(conn).await?;
            Ok(updated(rows))
        }
        JobChange::Retry { job, run_at, error } => {
            let rows = diesel::update(jobs::table.find(DbId::from(*job)))
                .set((
                    jobs::run_at.eq(DbTime(*run_at)),
                    jobs::last_error.eq(error),
                    jobs::lease_owner.eq(None::<DbId>),
                    jobs::lease_until.eq(None::<DbTime>),
                ))
                .execute(conn)
                .await?;
            Ok(updated(rows))
        }
        JobChange::Bury { job, error } => {
            let now = prelude::now(conn).await?;
            Ok(updated(bury(conn, (*job).into(), error, now).await?))
        }
    }
}
