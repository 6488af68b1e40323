//! Who works on which run.

use std::{collections::HashSet, sync::Arc};

use stead_domain::{
    RunId,
    message::MessageStatus,
    ports::store::{Change, ClaimedRun, Guard, Outcome, RenewedRun, RunChange, Store, TakenFrom},
    run::{Lease, RunStatus},
    thread::Thread,
};

use super::{
    concurrency::all_at_once,
    expectations::{apply, apply_one, holds},
    scenes::{end_of, finish, message_now, run_now, running_turn, start_next, worker},
};
use crate::builders::{self, Seed};

async fn claim(store: &dyn Store, limit: u32) -> Vec<ClaimedRun> {
    store.claim_runs(worker(), limit).await.unwrap()
}

async fn held(store: &dyn Store, run: RunId, lease: &Lease) -> bool {
    holds(store, Guard::RunLease { run, lease: lease.clone() }).await
}

pub async fn a_queued_run_is_claimed_and_started(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let turn = seed.turn(&*store).await;
    let owner = worker();
    let claimed = store.claim_runs(owner, 10).await.unwrap().remove(0);
    assert_eq!(claimed.taken_from, TakenFrom::Queue);
    assert_eq!((claimed.lease.owner, claimed.lease.fence), (owner, claimed.run.fence));
    assert_eq!(claimed.run, run_now(&*store, &turn.run).await);
    assert_eq!((claimed.run.id, claimed.run.status, claimed.run.attempt), (turn.run.id, RunStatus::Running, 1));
    assert!(claimed.run.fence > turn.run.fence);
    assert!(claimed.run.started_at.is_some());
    assert_eq!(message_now(&*store, &turn.answer).await.message.status, MessageStatus::Streaming);
    assert!(held(&*store, turn.run.id, &claimed.lease).await);
}

pub async fn a_run_whose_lease_holds_is_not_claimed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    assert_eq!(claim(&*store, 10).await, vec![]);
    assert!(held(&*store, turn.run.id, &lease).await);
}

pub async fn a_run_whose_lease_has_lapsed_is_claimed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lost) = running_turn(&*store, &seed).await;
    store.release_leases(lost.owner).await.unwrap();
    let owner = worker();
    let claimed = store.claim_runs(owner, 10).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].taken_from, TakenFrom::Lapsed);
    assert_eq!((claimed[0].run.id, claimed[0].run.status), (turn.run.id, RunStatus::Running));
    assert_eq!(claimed[0].run, run_now(&*store, &turn.run).await);
    assert_eq!((claimed[0].lease.owner, claimed[0].lease.fence), (owner, claimed[0].run.fence));
    assert!(claimed[0].lease.fence > lost.fence);
    assert!(held(&*store, turn.run.id, &claimed[0].lease).await);
    assert!(!held(&*store, turn.run.id, &lost).await);
    assert_eq!(claim(&*store, 10).await, vec![]);
}

pub async fn a_worker_claims_its_own_lapsed_run_under_a_new_fence(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lost) = running_turn(&*store, &seed).await;
    store.release_leases(lost.owner).await.unwrap();
    let claimed = store.claim_runs(lost.owner, 10).await.unwrap().remove(0);
    assert!(claimed.lease.fence > lost.fence);
    assert!(!held(&*store, turn.run.id, &lost).await);
    assert!(held(&*store, turn.run.id, &claimed.lease).await);
}

pub async fn a_lapsed_lease_guards_until_somebody_takes_it(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    store.release_leases(lease.owner).await.unwrap();
    assert!(held(&*store, turn.run.id, &lease).await);
    assert_eq!(finish(&*store, &lease, end_of(turn.run.id, RunStatus::Completed)).await, Outcome::Updated);
}

pub async fn a_lapsed_lease_that_nobody_took_is_renewed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lease) = running_turn(&*store, &seed).await;
    store.release_leases(lease.owner).await.unwrap();
    let renewed = store.renew_leases(lease.owner, &[turn.run.id], &[]).await.unwrap();
    assert_eq!(renewed, vec![RenewedRun { run: turn.run.id, cancel_requested: false }]);
    assert_eq!(claim(&*store, 10).await, vec![]);
    assert!(held(&*store, turn.run.id, &lease).await);
}

pub async fn only_what_is_named_is_renewed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let owner = worker();
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (thread, _) = queue(&*store, &seed, 1).await;
        runs.push(start_next(&*store, &thread, owner).await.expect("a run to start").0);
    }
    store.release_leases(owner).await.unwrap();
    assert_eq!(store.renew_leases(owner, &[], &[]).await.unwrap(), vec![]);
    let renewed = store.renew_leases(owner, &runs[..1], &[]).await.unwrap();
    assert_eq!(renewed, vec![RenewedRun { run: runs[0], cancel_requested: false }]);
    let claimed = claim(&*store, 10).await;
    assert_eq!(claimed.iter().map(|claimed| claimed.run.id).collect::<Vec<_>>(), vec![runs[1]]);
}

pub async fn only_the_oldest_of_a_queue_is_claimed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let first = seed.turn(&*store).await;
    let second = seed.turn(&*store).await;
    let claimed = claim(&*store, 10).await;
    assert_eq!(claimed.iter().map(|claimed| claimed.run.id).collect::<Vec<_>>(), vec![first.run.id]);
    assert_eq!(run_now(&*store, &second.run).await, second.run);

    finish(&*store, &claimed[0].lease, end_of(first.run.id, RunStatus::Completed)).await;
    assert_eq!(claim(&*store, 10).await[0].run.id, second.run.id);
}

pub async fn behind_a_lapsed_run_the_queue_waits(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (running, lease) = running_turn(&*store, &seed).await;
    let waiting = seed.turn(&*store).await;
    store.release_leases(lease.owner).await.unwrap();
    let claimed = claim(&*store, 10).await;
    assert_eq!(claimed.iter().map(|claimed| claimed.run.id).collect::<Vec<_>>(), vec![running.run.id]);
    assert_eq!(run_now(&*store, &waiting.run).await, waiting.run);
}

/// Another thread with so many queued turns.
async fn queue(store: &dyn Store, seed: &Seed, turns: usize) -> (Thread, Vec<RunId>) {
    let thread = seed.another_thread(store).await;
    let mut runs = Vec::new();
    for _ in 0..turns {
        let turn = builders::turn(&thread);
        apply(store, turn.changes()).await;
        runs.push(turn.run.id);
    }
    (thread, runs)
}

pub async fn no_more_runs_are_claimed_than_asked_for(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut all = HashSet::new();
    for _ in 0..3 {
        all.insert(queue(&*store, &seed, 1).await.1[0]);
    }
    let (lapsed, lease) = running_turn(&*store, &seed).await;
    store.release_leases(lease.owner).await.unwrap();
    all.insert(lapsed.run.id);

    let mut claimed = Vec::new();
    for _ in 0..4 {
        let some = claim(&*store, 1).await;
        assert_eq!(some.len(), 1);
        claimed.extend(some.into_iter().map(|claimed| claimed.run.id));
    }
    assert_eq!(claim(&*store, 1).await, vec![]);
    assert_eq!(claimed.into_iter().collect::<HashSet<_>>(), all);
}

pub async fn sixteen_claimers_share_the_runs(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (mut heads, mut lapsing) = (HashSet::new(), Vec::new());
    for n in 0..24 {
        let (thread, runs) = queue(&*store, &seed, 2).await;
        heads.insert(runs[0]);
        if n % 3 == 0 {
            let (_, lease) = start_next(&*store, &thread, worker()).await.expect("a run to start");
            lapsing.push(lease.owner);
        }
    }
    for owner in lapsing {
        store.release_leases(owner).await.unwrap();
    }
    let claims = all_at_once((0..16).map(|_| {
        let store = Arc::clone(&store);
        async move {
            let (owner, mut mine) = (worker(), Vec::new());
            loop {
                let some = store.claim_runs(owner, 2).await.unwrap();
                assert!(some.len() <= 2 && some.iter().all(|claimed| claimed.lease.owner == owner));
                if some.is_empty() {
                    return mine;
                }
                mine.extend(some);
            }
        }
    }))
    .await;
    // What one claimer had in its hands another may have passed over: the last one takes what is left.
    let mut all: Vec<ClaimedRun> = claims.into_iter().flatten().collect();
    all.extend(claim(&*store, 100).await);

    assert_eq!(all.len(), 24, "each run once");
    assert_eq!(all.iter().map(|claimed| claimed.run.id).collect::<HashSet<_>>(), heads);
    assert_eq!(all.iter().filter(|claimed| claimed.taken_from == TakenFrom::Lapsed).count(), 8);
    for claimed in &all {
        assert!(held(&*store, claimed.run.id, &claimed.lease).await);
    }
}

pub async fn renewing_answers_the_runs_that_are_still_held(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let owner = worker();
    let mut runs = Vec::new();
    for _ in 0..3 {
        let (thread, _) = queue(&*store, &seed, 2).await;
        runs.push(start_next(&*store, &thread, owner).await.expect("a run to start"));
    }
    let (others, _lease) = running_turn(&*store, &seed).await;
    finish(&*store, &runs[0].1, end_of(runs[0].0, RunStatus::Completed)).await;
    apply_one(&*store, Change::Run(RunChange::RequestCancel(runs[1].0))).await;

    let mut named: Vec<RunId> = runs.iter().map(|(run, _)| *run).collect();
    named.extend([others.run.id, builders::id()]);
    let mut renewed = store.renew_leases(owner, &named, &[]).await.unwrap();
    renewed.sort_by_key(|renewed| renewed.run);
    let expected =
        [RenewedRun { run: runs[1].0, cancel_requested: true }, RenewedRun { run: runs[2].0, cancel_requested: false }];
    assert_eq!(renewed, expected);
    assert_eq!(store.renew_leases(worker(), &named, &[]).await.unwrap(), vec![]);
}

pub async fn a_run_that_was_taken_is_not_renewed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (turn, lost) = running_turn(&*store, &seed).await;
    store.release_leases(lost.owner).await.unwrap();
    let taken = claim(&*store, 1).await.remove(0);
    assert_eq!(store.renew_leases(lost.owner, &[turn.run.id], &[]).await.unwrap(), vec![]);
    assert!(held(&*store, turn.run.id, &taken.lease).await);
    assert_eq!(claim(&*store, 10).await, vec![]);
}

pub async fn releasing_lets_go_of_ones_own_runs_alone(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let (mine, lease) = running_turn(&*store, &seed).await;
    let (thread, theirs) = queue(&*store, &seed, 1).await;
    let (_, other) = start_next(&*store, &thread, worker()).await.expect("a run to start");
    store.release_leases(worker()).await.unwrap();
    assert_eq!(claim(&*store, 10).await, vec![]);

    store.release_leases(lease.owner).await.unwrap();
    let claimed = claim(&*store, 10).await;
    assert_eq!(claimed.iter().map(|claimed| claimed.run.id).collect::<Vec<_>>(), vec![mine.run.id]);
    assert!(held(&*store, theirs[0], &other).await);
    store.release_leases(lease.owner).await.unwrap();
    assert!(held(&*store, mine.run.id, &claimed[0].lease).await);
    assert_eq!(claim(&*store, 10).await, vec![]);
}

pub async fn there_is_nothing_to_claim_in_an_idle_store(store: Arc<dyn Store>) {
    assert_eq!(claim(&*store, 10).await, vec![]);
    assert_eq!(store.claim_jobs(worker(), 10).await.unwrap(), vec![]);
    assert_eq!(store.renew_leases(worker(), &[], &[]).await.unwrap(), vec![]);
    store.release_leases(worker()).await.unwrap();
}
