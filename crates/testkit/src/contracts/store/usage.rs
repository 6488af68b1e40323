//! What models have used.

use std::{sync::Arc, time::Duration};

use stead_domain::{
    Timestamp,
    ports::store::{Change, FinishRun, OrganizationChange, Outcome, PruneBefore, Store, ThreadChange},
    run::{RunStatus, Usage},
};

use super::{
    expectations::apply_one,
    prune::{NOTHING, prune_to_the_end},
    scenes::{end_of, finish, run_now, running_turn},
};
use crate::builders::{self, Seed};

/// Runs a turn that uses so much; when it was started.
async fn used(store: &dyn Store, seed: &Seed, input_tokens: i64, output_tokens: i64) -> Timestamp {
    let (turn, lease) = running_turn(store, seed).await;
    let usage = Usage { input_tokens, output_tokens, cached_tokens: Some(1), ..Usage::default() };
    finish(store, &lease, FinishRun { usage, ..end_of(turn.run.id, RunStatus::Completed) }).await;
    run_now(store, &turn.run).await.started_at.expect("it was started")
}

async fn tokens(store: &dyn Store, seed: &Seed, since: Timestamp) -> i64 {
    store.tokens_used(seed.organization.id, since).await.unwrap()
}

pub async fn what_an_organizations_runs_used_is_summed_since_a_time(store: Arc<dyn Store>) {
    let (seed, other) = (Seed::commit(&*store).await, Seed::commit(&*store).await);
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, 0);
    let first = used(&*store, &seed, 1 << 40, 2).await;
    let second = used(&*store, &seed, 10, 20).await;
    used(&*store, &other, 100, 200).await;
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, (1 << 40) + 32);
    assert_eq!(tokens(&*store, &seed, first).await, (1 << 40) + 32);
    assert_eq!(tokens(&*store, &seed, second).await, 30);
    assert_eq!(tokens(&*store, &seed, second.plus(Duration::from_micros(1))).await, 0);
}

pub async fn what_was_used_is_known_when_the_thread_is_gone(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    used(&*store, &seed, 10, 20).await;
    let conversation = seed.thread.id;
    apply_one(&*store, Change::Thread(ThreadChange::Delete { conversation, at: builders::at() })).await;
    let purge = || Change::Thread(ThreadChange::Purge { conversation, at_most: 100 });
    while apply_one(&*store, purge()).await == Outcome::Updated {}
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, 30);
}

pub async fn what_was_used_goes_with_the_organization(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    used(&*store, &seed, 10, 20).await;
    let organization = seed.organization.id;
    let delete = OrganizationChange::Delete { organization, at: builders::at() };
    apply_one(&*store, Change::Organization(delete)).await;
    let purge = || Change::Organization(OrganizationChange::Purge { organization, at_most: 100 });
    while apply_one(&*store, purge()).await == Outcome::Updated {}
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, 0);
}

pub async fn what_was_used_earlier_is_removed(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    used(&*store, &seed, 1, 2).await;
    let second = used(&*store, &seed, 10, 20).await;
    prune_to_the_end(&*store, PruneBefore { usage: second, ..NOTHING }).await;
    assert_eq!(tokens(&*store, &seed, Timestamp::EPOCH).await, 30);
}
