//! What an operator sees of jobs, and how dead ones come back.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    JobId,
    job::{ClaimedJob, NewJob},
    ports::store::{Change, Commit, DeadJobs, JobChange, JobFigures, Store},
};

use super::{
    expectations::done,
    scenes::{ago, ahead, worker},
};
use crate::builders::{self, Seed};

async fn enqueue(store: &dyn Store, job: NewJob) -> JobId {
    let id = job.id;
    done(store, Commit { jobs: vec![job], ..Commit::default() }).await;
    id
}

async fn bury(store: &dyn Store, job: JobId) {
    let bury = JobChange::Bury { job, error: "it died".to_owned() };
    done(store, builders::commit([Change::Job(bury)])).await;
}

async fn dead_ids(store: &dyn Store) -> Vec<JobId> {
    store.list_dead_jobs().await.unwrap().into_iter().map(|(id, _)| id).collect()
}

pub async fn a_dead_job_that_is_retried_has_all_its_tries_before_it(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let first = enqueue(&*store, builders::job(&seed.thread)).await;
    let held = store.claim_jobs(worker(), 1).await.unwrap().remove(0);
    bury(&*store, first).await;
    let second = enqueue(&*store, NewJob { run_at: ahead(&*store, 3_600).await, ..builders::job(&seed.thread) }).await;
    bury(&*store, second).await;

    assert_eq!(store.retry_dead_jobs(DeadJobs::One(first)).await.unwrap(), 1);
    assert_eq!(dead_ids(&*store).await, vec![second], "the other stays where it is");
    let again: Vec<ClaimedJob> = store.claim_jobs(worker(), 10).await.unwrap();
    assert_eq!(again.iter().map(|job| (job.id, job.attempts)).collect::<Vec<_>>(), vec![(first, 1)]);
    assert!(again[0].lease.fence > held.lease.fence, "who held it before cannot write");

    assert_eq!(store.retry_dead_jobs(DeadJobs::One(first)).await.unwrap(), 0, "it is not dead");
    assert_eq!(store.retry_dead_jobs(DeadJobs::One(builders::id())).await.unwrap(), 0);
}

pub async fn all_dead_jobs_are_retried_at_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    assert_eq!(store.retry_dead_jobs(DeadJobs::All).await.unwrap(), 0);
    let later = NewJob { run_at: ahead(&*store, 3_600).await, ..builders::job(&seed.thread) };
    let alive = enqueue(&*store, later.clone()).await;
    for _ in 0..3 {
        let id = enqueue(&*store, NewJob { id: builders::id(), ..later.clone() }).await;
        bury(&*store, id).await;
    }
    assert_eq!(store.retry_dead_jobs(DeadJobs::All).await.unwrap(), 3);
    assert!(dead_ids(&*store).await.is_empty());
    let due = store.claim_jobs(worker(), 10).await.unwrap();
    assert_eq!(due.len(), 3, "due at once");
    assert!(due.iter().all(|job| job.id != alive), "what was not dead keeps its time");
}

pub async fn jobs_are_counted_by_what_becomes_of_them(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let none = store.figures().await.unwrap();
    assert_eq!(none.jobs, JobFigures::default());

    let due = |seconds| {
        let (store, job) = (Arc::clone(&store), builders::job(&seed.thread));
        async move { NewJob { run_at: ago(&*store, seconds).await, ..job } }
    };
    enqueue(&*store, due(600).await).await;
    store.claim_jobs(worker(), 1).await.unwrap();
    enqueue(&*store, due(60).await).await;
    enqueue(&*store, due(30).await).await;
    enqueue(&*store, NewJob { run_at: ahead(&*store, 3_600).await, ..builders::job(&seed.thread) }).await;
    let dead = enqueue(&*store, due(900).await).await;
    bury(&*store, dead).await;

    let jobs = store.figures().await.unwrap().jobs;
    assert_eq!((jobs.waiting, jobs.at_work, jobs.dead), (3, 1, 1));
    let a_minute = Duration::from_secs(59)..Duration::from_secs(90);
    assert!(a_minute.contains(&jobs.oldest_due), "neither the one at work nor the dead one: {:?}", jobs.oldest_due);
}

pub async fn the_newest_event_moves_on_with_the_log(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let before = store.figures().await.unwrap();
    seed.messages(&*store, 1).await;
    let message = builders::event(&seed.thread);
    done(&*store, Commit { events: vec![message], ..Commit::default() }).await;
    let after = store.figures().await.unwrap();
    assert!(after.newest_event > before.newest_event, "{before:?} {after:?}");
    assert!(after.connections.open >= 1 && after.connections.in_use <= after.connections.open, "{after:?}");
}
