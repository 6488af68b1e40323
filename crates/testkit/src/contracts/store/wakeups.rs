//! The wake-up of those who follow the event log.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use stead_domain::ports::store::{Commit, Store};

use super::{expectations::done, scenes::thread_guard};
use crate::builders::{self, Seed};

pub async fn whoever_waits_is_woken_when_a_commit_with_events_is_answered(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut waiters = [store.wakeups(), store.wakeups()];
    for n in 0..10 {
        // Applied in a group, and alone.
        let guards = if n % 2 == 0 { vec![thread_guard(&seed.thread)] } else { vec![] };
        let changes = if n < 5 { builders::turn(&seed.thread).changes() } else { vec![] };
        let events = vec![builders::event(&seed.thread)];
        done(&*store, Commit { guards, changes, events, ..Commit::default() }).await;
        for waiter in &mut waiters {
            assert_eq!(waiter.next().now_or_never(), Some(Some(())), "commit {n}");
        }
    }
}

pub async fn many_commits_may_be_one_wakeup(store: Arc<dyn Store>) {
    let seed = Seed::commit(&*store).await;
    let mut late = store.wakeups();
    for _ in 0..20 {
        done(&*store, Commit { events: vec![builders::event(&seed.thread)], ..Commit::default() }).await;
    }
    let mut woken = 0;
    while late.next().now_or_never().is_some() {
        woken += 1;
    }
    assert!((1..=20).contains(&woken), "{woken}");
}
