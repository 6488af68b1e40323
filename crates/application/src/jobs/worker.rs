use std::{
    collections::HashSet,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::FutureExt;
use stead_domain::{
    JobId,
    job::{ClaimedJob, MAX_ATTEMPTS, Task, backoff},
    ports::store::{Change, Commit, Guard, JobChange, StoreError},
};
use tokio::{
    sync::Semaphore,
    time::{MissedTickBehavior, interval},
};
use tracing::Instrument;

use crate::{Application, Error, retrieval::Vectors, search::Words};

/// How often is looked for work that nobody announced.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often leases are renewed: a third of what they last.
const RENEW_EVERY: Duration = Duration::from_secs(20);
/// How often what is no longer needed is removed.
const PRUNE_EVERY: Duration = Duration::from_secs(600);
/// How many jobs a process does at once.
const AT_ONCE: usize = 4;

impl Application {
    /// Starts what a process does by itself until it stops: taking runs and jobs, renewing its leases, pruning.
    pub fn start_worker(&self) {
        let application = self.clone();
        self.background.spawn(async move { application.work().await });
        let application = self.clone();
        self.background.spawn(async move { application.keep_leases().await });
        let application = self.clone();
        self.background.spawn(async move { application.look_for_orphans().await });
        let application = self.clone();
        self.background.spawn(async move { application.look_for_outdated().await });
        let application = self.clone();
        self.background.spawn(async move { application.follow_log(&Words).await });
        let application = self.clone();
        self.background.spawn(async move { application.follow_log(&Vectors).await });
    }

    async fn work(&self) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let (mut look, mut prune) = (interval(LOOK_EVERY), interval(PRUNE_EVERY));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stopping = self.background.stopping().clone();
        loop {
            tokio::select! {
                biased;
                () = stopping.cancelled() => return,
                _ = prune.tick() => report("pruning", self.prune().await),
                _ = look.tick() => {
                    report("taking runs", self.take_runs().await);
                    report("ending what nobody allowed", self.expire_approvals().await);
                    report("taking jobs", self.take_jobs(&places).await);
                }
                () = self.jobs_due.notified() => report("taking jobs", self.take_jobs(&places).await),
            }
        }
    }

    /// Leases are renewed apart from everything else, so that nothing slow lets them lapse; until the last task is gone.
    async fn keep_leases(&self) {
        let mut renew = interval(RENEW_EVERY);
        loop {
            tokio::select! {
                _ = renew.tick() => report("renewing leases", self.renew_leases().await),
                () = self.background.stopping().cancelled() => return,
            }
        }
    }

    async fn take_jobs(&self, places: &Arc<Semaphore>) -> Result<(), Error> {
        let free = u32::try_from(places.available_permits()).unwrap_or(0);
        if free == 0 {
            return Ok(());
        }
        for job in self.store.claim_jobs(self.owner, free).await? {
            let place = Arc::clone(places).acquire_owned().await.map_err(Error::internal)?;
            let application = self.clone();
            // A trace of its own: see "A job begins a trace of its own" in crates/README.md.
            let span =
                tracing::info_span!(parent: None, "job", job = %job.id, task = ?job.task, attempts = job.attempts);
            let work = async move {
                application.jobs_at_work.add(job.id);
                let id = job.id;
                application.do_job(job).await;
                application.jobs_at_work.remove(id);
                drop(place);
                // There may be more that waited for this place.
                application.jobs_due.notify_one();
            };
            self.background.spawn(work.instrument(span));
        }
        Ok(())
    }

    async fn do_job(&self, job: ClaimedJob) {
        let done = AssertUnwindSafe(self.carry_out(&job)).catch_unwind().await;
        let change = match done {
            Ok(Ok(End::Reached)) => return,
            Ok(Ok(End::Due)) => JobChange::Finish(job.id),
            Ok(Err(error)) => self.after_failure(&job, error.to_string()),
            Err(_panic) => self.after_failure(&job, "it panicked".to_owned()),
        };
        let commit = Commit {
            guards: vec![Guard::JobLease { job: job.id, lease: job.lease.clone() }],
            changes: vec![Change::Job(change)],
            ..Commit::default()
        };
        match self.commit(commit).await {
            Ok(_) => {}
            Err(StoreError::Refused(_)) => tracing::info!(job = %job.id, "a job was taken over"),
            // Its lease lapses and it is done again, which every task allows.
            Err(error) => {
                tracing::warn!(job = %job.id, error = &error as &dyn std::error::Error, "a job's end was not kept");
            }
        }
    }

    async fn carry_out(&self, job: &ClaimedJob) -> Result<End, Error> {
        match job.task {
            Task::TitleThread(thread) => self.title_if_none(job.organization_id, thread).await?,
            Task::PurgeConversation(conversation) => self.purge_conversation(job.organization_id, conversation).await?,
            Task::PurgeUser(user) => self.purge_user(job.organization_id, user).await?,
            Task::PurgeOrganization(organization) => self.purge_organization(organization).await?,
            Task::ProcessFile(file) => self.process_file(job, file).await?,
            Task::RemoveAvatar(avatar) => self.remove_avatar_bytes(avatar).await?,
            Task::RemoveFileBytes(file) => self.remove_file_bytes(job.organization_id, file).await?,
            Task::TellRooms(participant) => self.tell_rooms(job, participant).await?,
            Task::AnswerInRoom { message, agent } => return self.agent_is_to_answer(job, message, agent).await,
            Task::StandIn { message, user } => return self.stand_in_is_to_answer(job, message, user).await,
        }
        Ok(End::Due)
    }

    fn after_failure(&self, job: &ClaimedJob, error: String) -> JobChange {
        tracing::warn!(job = %job.id, task = ?job.task, attempts = job.attempts, error, "a job failed");
        if job.attempts >= MAX_ATTEMPTS {
            return JobChange::Bury { job: job.id, error };
        }
        let jitter = f64::from(self.ids.secret()[0]) / 255.0;
        JobChange::Retry { job: job.id, run_at: self.clock.now().plus(backoff(job.attempts, jitter)), error }
    }
}

/// What is left to do about a job that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Its end is still to be committed.
    Due,
    /// It was committed with what it did.
    Reached,
}

/// The jobs that this process works on: their leases are renewed.
#[derive(Default)]
pub struct JobsAtWork(Mutex<HashSet<JobId>>);

impl JobsAtWork {
    pub fn ids(&self) -> Vec<JobId> {
        self.lock().iter().copied().collect()
    }

    fn add(&self, job: JobId) {
        self.lock().insert(job);
    }

    fn remove(&self, job: JobId) {
        self.lock().remove(&job);
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<JobId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn report(what: &str, done: Result<(), Error>) {
    if let Err(error) = done {
        tracing::warn!(error = &error as &dyn std::error::Error, "{what} failed");
    }
}
