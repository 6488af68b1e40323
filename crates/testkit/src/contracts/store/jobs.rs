//! Jobs.

use std::{collections::HashSet, sync::Arc, time::Duration};

use stead_domain::{
    JobId,
    job::{ClaimedJob, NewJob, Task},
    membership::Participant,
    ports::store::{Change, Commit, Guard, JobChange, MessageChange, Outcome, Store, UniqueKey},
    run::{Lease, LeaseOwner},
};

use super::{
    concurrency::all_at_once,
    expectations::{conflict, done, holds, refused},
    scenes::{ago, ahead, worker},
};
use crate::builders::{self, Seed};

fn doing(jobs: Vec<NewJob>) -> Commit {
    Commit { jobs, ..Commit::default() }
}

async fn enqueued(store: &dyn Store, seed: &Seed) -> NewJob {
    let job = builders::job(&seed.thread);
    done(store, doing(vec![job.clone()])).await;
    job
}

async fn claim(store: &dyn Store, limit: u32) -> Vec<ClaimedJob> {
    store.claim_jobs(worker(), limit).await.unwrap()
}

async fn claimed_ids(store: &dyn Store, limit: u32) -> HashSet<JobId> {
    claim(store, limit).await.into_iter().map(|job| job.id).collect()
}

fn lease_guard(job: &ClaimedJob) -> Guard {
    Guard::JobLease { job: job.id, lease: job.lease.clone() }
}

/// Applies a change under the job's lease.
async fn settle(store: &dyn Store, job: &ClaimedJob, change: JobChange) -> Outcome {
    done(store, builders::guarded([lease_guard(job)], [Change::Job(change)])).await[0]
}

pub async fn every_kind_of_job_is_claimed_as_enqueued(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    for task in [
        Task::TitleThread(seed.thread.id),
        Task::PurgeConversation(seed.thread.id),
        Task::PurgeUser(seed.owner.id),
        Task::PurgeOrganization(seed.organization.id),
        Task::ProcessFile(builders::id()),
        Task::RemoveFileBytes(builders::id()),
        Task::RemoveAvatar(builders::id()),
        Task::AnswerInRoom { message: builders::id(), agent: builders::id() },
        Task::StandIn { message: builders::id(), user: builders::id() },
        Task::TellRooms(Participant::User(builders::id())),
        Task::TellRooms(Participant::Agent(builders::id())),
    ] {
        let job = NewJob { task, ..builders::job(&seed.thread) };
        done(&*store, doing(vec![job.clone()])).await;
        let owner = worker();
        let claimed = store.claim_jobs(owner, 10).await.unwrap();
        let lease = Lease { owner, fence: claimed[0].lease.fence };
        let organization_id = seed.organization.id;
        assert_eq!(claimed, vec![ClaimedJob { id: job.id, organization_id, task, attempts: 1, lease }]);
        assert!(holds(&*store, lease_guard(&claimed[0])).await);
    }
}

pub async fn a_job_that_is_not_due_is_not_claimed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let later = NewJob { run_at: ahead(&*store, 3_600).await, ..builders::job(&seed.thread) };
    let due = NewJob { run_at: ago(&*store, 1).await, ..builders::job(&seed.thread) };
    done(&*store, doing(vec![later, due.clone()])).await;
    assert_eq!(claimed_ids(&*store, 10).await, HashSet::from([due.id]));
    assert_eq!(claim(&*store, 10).await, vec![]);
}

pub async fn a_job_that_is_due_by_a_clock_that_goes_ahead_is_claimed_at_once(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let run_at = store.now().await.unwrap().plus(Duration::from_millis(200));
    let job = NewJob { run_at, ..builders::job(&seed.thread) };
    done(&*store, doing(vec![job.clone()])).await;
    assert_eq!(claimed_ids(&*store, 10).await, HashSet::from([job.id]));
}

pub async fn the_job_that_is_due_longest_is_claimed_first(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut jobs = Vec::new();
    for seconds in [20, 40, 10, 30] {
        jobs.push(NewJob { run_at: ago(&*store, seconds).await, ..builders::job(&seed.thread) });
    }
    done(&*store, doing(jobs.clone())).await;
    assert_eq!(claimed_ids(&*store, 1).await, HashSet::from([jobs[1].id]));
    assert_eq!(claimed_ids(&*store, 2).await, HashSet::from([jobs[3].id, jobs[0].id]));
    assert_eq!(claimed_ids(&*store, 2).await, HashSet::from([jobs[2].id]));
}

pub async fn a_claimed_job_is_not_claimed_again(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let job = enqueued(&*store, &seed).await;
    let owner = worker();
    assert_eq!(store.claim_jobs(owner, 1).await.unwrap().len(), 1);
    assert_eq!(store.claim_jobs(owner, 1).await.unwrap(), vec![]);
    assert_eq!(store.renew_leases(owner, &[], &[job.id]).await.unwrap(), vec![]);
    assert_eq!(claim(&*store, 1).await, vec![]);
}

pub async fn a_lapsed_job_that_nobody_took_is_renewed_where_it_is_named(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (named, other) = (enqueued(&*store, &seed).await, enqueued(&*store, &seed).await);
    let owner = worker();
    assert_eq!(store.claim_jobs(owner, 10).await.unwrap().len(), 2);
    store.release_leases(owner).await.unwrap();
    store.renew_leases(worker(), &[], &[other.id]).await.unwrap();
    store.renew_leases(owner, &[], &[named.id]).await.unwrap();
    assert_eq!(claimed_ids(&*store, 10).await, HashSet::from([other.id]));
    store.renew_leases(owner, &[], &[other.id]).await.unwrap();
    store.release_leases(owner).await.unwrap();
    assert_eq!(claimed_ids(&*store, 10).await, HashSet::from([named.id]), "the other was taken by somebody else");
}

pub async fn a_job_whose_lease_has_lapsed_is_claimed_under_a_new_fence(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    enqueued(&*store, &seed).await;
    let lost = claim(&*store, 1).await.remove(0);
    store.release_leases(worker()).await.unwrap();
    assert_eq!(claim(&*store, 1).await, vec![], "somebody else's release");

    store.release_leases(lost.lease.owner).await.unwrap();
    assert!(holds(&*store, lease_guard(&lost)).await, "lapsed, but nobody took it");
    let taken = claim(&*store, 1).await.remove(0);
    assert_eq!((taken.id, taken.attempts), (lost.id, 2));
    assert!(taken.lease.fence > lost.lease.fence);
    assert!(holds(&*store, lease_guard(&taken)).await);

    let late = Change::Job(JobChange::Finish(lost.id));
    let commit = builders::guarded([lease_guard(&lost)], [late]);
    assert_eq!(refused(&*store, commit).await, lease_guard(&lost));
    assert!(holds(&*store, lease_guard(&taken)).await);
}

pub async fn a_job_lease_guard_holds_for_owner_and_fence(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let waiting = NewJob { run_at: ahead(&*store, 60).await, ..builders::job(&seed.thread) };
    done(&*store, doing(vec![builders::job(&seed.thread), waiting.clone()])).await;
    let job = claim(&*store, 1).await.remove(0);
    let with = |lease| Guard::JobLease { job: job.id, lease };
    assert!(holds(&*store, with(job.lease.clone())).await);
    assert!(!holds(&*store, with(Lease { owner: worker(), ..job.lease.clone() })).await);
    for fence in [job.lease.fence - 1, job.lease.fence + 1] {
        assert!(!holds(&*store, with(Lease { fence, ..job.lease.clone() })).await);
    }
    for other in [waiting.id, builders::id()] {
        assert!(!holds(&*store, Guard::JobLease { job: other, lease: job.lease.clone() }).await);
    }
}

pub async fn a_finished_job_is_gone(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    enqueued(&*store, &seed).await;
    let job = claim(&*store, 1).await.remove(0);
    assert_eq!(settle(&*store, &job, JobChange::Finish(job.id)).await, Outcome::Updated);
    assert!(!holds(&*store, lease_guard(&job)).await);
    store.release_leases(job.lease.owner).await.unwrap();
    assert_eq!(claim(&*store, 10).await, vec![]);
    assert_eq!(store.list_dead_jobs().await.unwrap(), vec![]);
}

pub async fn a_failed_job_is_tried_again_when_it_is_due(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    enqueued(&*store, &seed).await;
    let first = claim(&*store, 1).await.remove(0);
    let run_at = ago(&*store, 1).await;
    let retry = JobChange::Retry { job: first.id, run_at, error: "later".to_owned() };
    assert_eq!(settle(&*store, &first, retry).await, Outcome::Updated);
    assert!(!holds(&*store, lease_guard(&first)).await);

    let second = claim(&*store, 1).await.remove(0);
    assert_eq!((second.id, second.attempts, second.task), (first.id, 2, first.task));
    assert!(second.lease.fence > first.lease.fence);
    let run_at = ahead(&*store, 3_600).await;
    let retry = JobChange::Retry { job: first.id, run_at, error: "much later".to_owned() };
    assert_eq!(settle(&*store, &second, retry).await, Outcome::Updated);
    store.release_leases(second.lease.owner).await.unwrap();
    assert_eq!(claim(&*store, 1).await, vec![]);
    assert_eq!(store.list_dead_jobs().await.unwrap(), vec![]);
}

pub async fn a_buried_job_waits_for_an_admin(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    assert_eq!(store.list_dead_jobs().await.unwrap(), vec![]);
    let mut dead = Vec::new();
    for n in 0..3 {
        enqueued(&*store, &seed).await;
        let job = claim(&*store, 1).await.remove(0);
        let error = format!("no. {n}: « kaputt » 💥");
        let bury = JobChange::Bury { job: job.id, error: error.clone() };
        assert_eq!(settle(&*store, &job, bury).await, Outcome::Updated);
        assert!(!holds(&*store, lease_guard(&job)).await);
        store.release_leases(job.lease.owner).await.unwrap();
        dead.insert(0, (job.id, error));
    }
    assert_eq!(store.list_dead_jobs().await.unwrap(), dead);
    assert_eq!(claim(&*store, 10).await, vec![]);
}

pub async fn at_most_a_hundred_dead_jobs_are_listed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    done(&*store, doing((0..101).map(|_| builders::job(&seed.thread)).collect())).await;
    let jobs = claim(&*store, 200).await;
    assert_eq!(jobs.len(), 101);
    let bury = |job: &ClaimedJob| Change::Job(JobChange::Bury { job: job.id, error: "dead".to_owned() });
    done(&*store, builders::guarded(jobs.iter().map(lease_guard), jobs.iter().map(bury))).await;
    assert_eq!(store.list_dead_jobs().await.unwrap().len(), 100);
}

pub async fn a_change_of_an_unknown_job_changes_nothing(store: Arc<dyn Store>) {
    Seed::commit(&*store).await;
    let run_at = ago(&*store, 1).await;
    for change in [
        JobChange::Finish(builders::id()),
        JobChange::Retry { job: builders::id(), run_at, error: "x".to_owned() },
        JobChange::Bury { job: builders::id(), error: "x".to_owned() },
    ] {
        let outcome = done(&*store, builders::commit([Change::Job(change.clone())])).await;
        assert_eq!(outcome, vec![Outcome::Unchanged], "{change:?}");
    }
}

pub async fn a_commit_that_conflicts_enqueues_nothing(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let message = seed.messages(&*store, 1).await.remove(0);
    let changes = vec![Change::Message(MessageChange::Insert(message))];
    let commit = Commit { changes, ..doing(vec![builders::job(&seed.thread)]) };
    assert_eq!(conflict(&*store, commit).await, UniqueKey::Id);
    assert_eq!(claim(&*store, 10).await, vec![]);
}

pub async fn sixteen_claimers_share_the_jobs(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let jobs: Vec<NewJob> = (0..60).map(|_| builders::job(&seed.thread)).collect();
    done(&*store, doing(jobs.clone())).await;
    let claims = all_at_once((0..16).map(|_| {
        let store = Arc::clone(&store);
        async move {
            let (owner, mut mine) = (worker(), Vec::new());
            loop {
                let some = store.claim_jobs(owner, 3).await.unwrap();
                assert!(some.len() <= 3 && some.iter().all(|job| job.lease.owner == owner && job.attempts == 1));
                if some.is_empty() {
                    return mine;
                }
                mine.extend(some);
            }
        }
    }))
    .await;
    // What one claimer had in its hands another may have passed over: the last one takes what is left.
    let mut all: Vec<ClaimedJob> = claims.into_iter().flatten().collect();
    all.extend(claim(&*store, 100).await);
    assert_eq!(all.len(), 60, "each job once");
    let expected: HashSet<JobId> = jobs.iter().map(|job| job.id).collect();
    assert_eq!(all.iter().map(|job| job.id).collect::<HashSet<_>>(), expected);
}

pub async fn a_worker_releases_all_its_jobs(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let jobs: Vec<NewJob> = (0..4).map(|_| builders::job(&seed.thread)).collect();
    done(&*store, doing(jobs.clone())).await;
    let (mine, theirs): (LeaseOwner, LeaseOwner) = (worker(), worker());
    assert_eq!(store.claim_jobs(theirs, 1).await.unwrap().len(), 1);
    let held: HashSet<JobId> = store.claim_jobs(mine, 10).await.unwrap().into_iter().map(|job| job.id).collect();
    store.release_leases(mine).await.unwrap();
    assert_eq!(claimed_ids(&*store, 10).await, held);
}
