//! The port itself: each method is one job on a connection.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt;
use stead_domain::{
    JobId, RunId, Timestamp,
    job::ClaimedJob,
    ports::store::{
        AppendChunks, Appended, ClaimedRun, Commit, Committed, DeadJobs, PruneBefore, RenewedRun, Store, StoreError,
        StoreFigures,
    },
    run::{LeaseOwner, RunChunk},
};

use super::{
    apply, figures, job_leases, log_cursors,
    prelude::{self, Conn, SqlStore},
    prune, run_chunks, run_leases,
};
use crate::{error::SqlError, types::DbId};

#[async_trait]
impl Store for SqlStore {
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.apply(commit, |conn, commit| apply::commit(conn, commit).boxed()).await
    }

    async fn claim_jobs(&self, owner: LeaseOwner, limit: u32) -> Result<Vec<ClaimedJob>, StoreError> {
        self.write(move |conn| job_leases::claim(conn, owner, limit).boxed()).await
    }

    async fn claim_runs(&self, owner: LeaseOwner, limit: u32) -> Result<Vec<ClaimedRun>, StoreError> {
        self.write(move |conn| run_leases::claim(conn, owner, limit).boxed()).await
    }

    async fn renew_leases(
        &self,
        owner: LeaseOwner,
        runs: &[RunId],
        jobs: &[JobId],
    ) -> Result<Vec<RenewedRun>, StoreError> {
        let runs: Arc<[DbId]> = runs.iter().map(|run| DbId::from(*run)).collect();
        let jobs: Arc<[DbId]> = jobs.iter().map(|job| DbId::from(*job)).collect();
        self.write(move |conn| renew(conn, owner, Arc::clone(&runs), Arc::clone(&jobs)).boxed()).await
    }

    async fn release_leases(&self, owner: LeaseOwner) -> Result<(), StoreError> {
        self.write(move |conn| release(conn, owner).boxed()).await
    }

    async fn append_run_chunks(&self, chunks: AppendChunks) -> Result<Appended, StoreError> {
        let chunks = Arc::new(chunks);
        self.write(move |conn| run_chunks::append(conn, Arc::clone(&chunks)).boxed()).await
    }

    async fn list_run_chunks(&self, run: RunId, attempt: i32, chars_from: i32) -> Result<Vec<RunChunk>, StoreError> {
        self.read(move |conn| run_chunks::list(conn, run, attempt, chars_from).boxed()).await
    }

    async fn prune(&self, before: PruneBefore) -> Result<bool, StoreError> {
        self.write(move |conn| prune::prune(conn, before).boxed()).await
    }

    async fn list_dead_jobs(&self) -> Result<Vec<(JobId, String)>, StoreError> {
        self.read(move |conn| job_leases::list_dead(conn).boxed()).await
    }

    async fn retry_dead_jobs(&self, jobs: DeadJobs) -> Result<u64, StoreError> {
        let jobs = Arc::new(jobs);
        self.write(move |conn| job_leases::retry_dead(conn, Arc::clone(&jobs)).boxed()).await
    }

    async fn figures(&self) -> Result<StoreFigures, StoreError> {
        // Before the question takes a connection itself.
        let connections = self.connections();
        self.read(move |conn| figures::look(conn, connections).boxed()).await
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        let now = self.read(move |conn| async move { Ok(prelude::now(conn).await?) }.boxed()).await?;
        Ok(now.into())
    }
}

async fn renew(
    conn: &mut Conn,
    owner: LeaseOwner,
    runs: Arc<[DbId]>,
    jobs: Arc<[DbId]>,
) -> Result<Vec<RenewedRun>, SqlError> {
    job_leases::renew(conn, owner, &jobs).await?;
    run_leases::renew(conn, owner, &runs).await
}

async fn release(conn: &mut Conn, owner: LeaseOwner) -> Result<(), SqlError> {
    job_leases::release(conn, owner).await?;
    log_cursors::release(conn, owner).await?;
    run_leases::release(conn, owner).await
}
