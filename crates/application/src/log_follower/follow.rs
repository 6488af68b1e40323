use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use stead_domain::{
    event::EventPage,
    ports::store::{FollowedLog, LogFollower, LogStep, Wakeups},
};
use tokio::time::{sleep, timeout};

use super::{Changed, Indexer, pass_on::passes};
use crate::{Application, Error};

/// How many events are taken at once.
const EVENTS: u32 = 500;
/// While more than so much a second is committed, a follower rests for so many times as long as it worked, and at most so
/// long: what is said comes before what is found.
const BUSY: u128 = 100;
const REST: u32 = 9;
const LONGEST_REST: Duration = Duration::from_millis(500);
/// How long is waited for more after something happened, so that an index is written to in batches.
const GATHER: Duration = Duration::from_millis(100);
/// How often is looked without having been woken.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often the right to follow is prolonged: a third of what it lasts; and how often is asked for it where another process
/// has it.
const RENEW_EVERY: Duration = Duration::from_secs(10);
const ASK_EVERY: Duration = Duration::from_secs(2);
/// How often the place is kept when nothing was taken.
const KEEP_EVERY: Duration = Duration::from_secs(5);
/// How long is waited after a failure: doubling, at most so long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// How a round ended.
enum Round {
    /// There is more to do.
    More,
    /// There was nothing (more) to do.
    Done,
    /// Somebody else follows now.
    Lost,
}

impl Application {
    /// Keeps an index up to date whenever no other process does, until this one stops.
    pub(crate) async fn follow_log(&self, indexer: &dyn Indexer) {
        let stopping = self.background.stopping().clone();
        tokio::select! {
            biased;
            () = stopping.cancelled() => {}
            () = self.follow_for_ever(indexer) => {}
        }
    }

    async fn follow_for_ever(&self, indexer: &dyn Indexer) {
        let mut wakeups = self.store.wakeups();
        let mut wait = FIRST_WAIT;
        loop {
            match self.follow_for_a_while(indexer, &mut wakeups).await {
                Ok(true) => wait = FIRST_WAIT,
                Ok(false) => sleep(ASK_EVERY).await,
                Err(error) => {
                    is_behind(indexer.follower(), &error, wait);
                    sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }

    /// Follows until the right to do so is to be prolonged. Answers whether this process has it.
    async fn follow_for_a_while(&self, indexer: &dyn Indexer, wakeups: &mut Wakeups) -> Result<bool, Error> {
        let follower = indexer.follower();
        let Some(mut log) = self.store.claim_log(follower, self.owner).await? else { return Ok(false) };
        self.rest_or_walk(follower, &mut log).await?;
        let (began, mut kept) = (Instant::now(), Instant::now());
        let renew_every = RENEW_EVERY.min(self.settings.index_walk_every);
        while began.elapsed() < renew_every {
            let (begun, commits) = (Instant::now(), self.commits.load(Ordering::Relaxed));
            // What takes longer than the right lasts must not be done by two.
            let round = tokio::select! {
                round = self.round(indexer, &mut log, &mut kept) => round?,
                () = self.keep_right(follower) => Round::Lost,
            };
            sleep(rest(begun.elapsed(), self.commits.load(Ordering::Relaxed) - commits)).await;
            match round {
                Round::More => {}
                Round::Lost => return Ok(false),
                // Somebody has asked for a walk.
                Round::Done if log.walk.is_none() && self.store.is_walking(follower).await? => return Ok(true),
                Round::Done => {
                    // Late or without a reason: then there is nothing, which is soon found out.
                    if timeout(LOOK_EVERY, wakeups.next()).await.is_ok() {
                        sleep(GATHER).await;
                    }
                }
            }
        }
        Ok(true)
    }

    /// Prolongs the right to follow while something takes long; ends when somebody else has it.
    async fn keep_right(&self, follower: LogFollower) {
        loop {
            sleep(RENEW_EVERY).await;
            match self.store.claim_log(follower, self.owner).await {
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the right to follow was not prolonged");
                }
            }
        }
    }

    /// Takes what happened since the last round, and goes a step of what there is to be walked through.
    async fn round(&self, indexer: &dyn Indexer, log: &mut FollowedLog, kept: &mut Instant) -> Result<Round, Error> {
        let follower = indexer.follower();
        let page = match log.place {
            Some(place) => self.store.list_events(Some(place), EVENTS).await?,
            None => EventPage::Void,
        };
        let EventPage::Events(events) = page else { return self.begin_afresh(follower, log).await };
        let is_full = events.len() >= usize::try_from(EVENTS).unwrap_or(usize::MAX);
        let lag = events.first().map_or(Duration::ZERO, |first| self.clock.now().since(first.event.at));
        metrics::gauge!("stead_index_lag_seconds", "index" => follower.as_str()).set(lag.as_secs_f64());
        if let Some(last) = events.last() {
            let changed = Changed::of(&events);
            self.pass_on(indexer, &changed).await?;
            log.place = Some(last.cursor);
            if !changed.is_empty() || kept.elapsed() >= KEEP_EVERY {
                let step = LogStep::At(last.cursor);
                if !self.store.keep_log_place(follower, log.lease.clone(), step).await? {
                    return Ok(Round::Lost);
                }
                *kept = Instant::now();
            }
        }
        let Some(walk) = log.walk.clone() else { return Ok(if is_full { Round::More } else { Round::Done }) };
        let is_ours = self.walk_on(indexer, log, walk).await?;
        Ok(if is_ours { Round::More } else { Round::Lost })
    }

    /// Follows from the end of the log on, and has everything that was before walked through.
    async fn begin_afresh(&self, follower: LogFollower, log: &mut FollowedLog) -> Result<Round, Error> {
        let end = self.store.end_of_events().await?;
        tracing::info!(index = follower.as_str(), "an index is made from everything that there is");
        if !self.store.keep_log_place(follower, log.lease.clone(), LogStep::Afresh(end)).await? {
            return Ok(Round::Lost);
        }
        // With the walk.
        let Some(now) = self.store.claim_log(follower, self.owner).await? else { return Ok(Round::Lost) };
        *log = now;
        Ok(Round::More)
    }

    /// Begins another walk through everything when it is time for one.
    async fn rest_or_walk(&self, follower: LogFollower, log: &mut FollowedLog) -> Result<(), Error> {
        let is_due = log.walked.is_some_and(|walked| walked >= self.settings.index_walk_every);
        if log.walk.is_none() && is_due {
            self.store.ask_for_walk(follower, None, false).await?;
            if let Some(now) = self.store.claim_log(follower, self.owner).await? {
                *log = now;
            }
        }
        Ok(())
    }
}

/// How long to rest after so long a work, while which so much was committed.
fn rest(worked: Duration, commits: u64) -> Duration {
    let is_busy = u128::from(commits) * 1_000_000 > BUSY * worked.as_micros();
    if is_busy { (worked * REST).min(LONGEST_REST) } else { Duration::ZERO }
}

fn is_behind(follower: LogFollower, error: &Error, wait: Duration) {
    let (index, shown) = (follower.as_str(), error as &dyn std::error::Error);
    metrics::counter!("stead_index_failures_total", "index" => index).increment(1);
    if passes(error) {
        tracing::warn!(index, error = shown, "an index is behind; trying again in {wait:?}");
    } else {
        tracing::error!(index, error = shown, "an index cannot follow; trying again in {wait:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follower_gives_way_to_many_and_for_a_while_only() {
        let worked = Duration::from_millis(30);
        assert_eq!(rest(worked, 3), Duration::ZERO);
        assert_eq!(rest(worked, 4), worked * REST);
        assert_eq!(rest(Duration::from_secs(2), 1_000), LONGEST_REST);
    }
}
