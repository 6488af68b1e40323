//! Leaves an endpoint alone that failed several times in a row.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::config::BreakerConfig;

/// Counts failures in a row. Open, it lets nothing through; after its rest one request may probe.
#[derive(Debug)]
pub(crate) struct Breaker {
    config: BreakerConfig,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    Probing,
}

impl Breaker {
    pub(crate) fn new(config: BreakerConfig) -> Arc<Self> {
        metrics::gauge!("stead_model_breaker_open").set(0.0);
        Arc::new(Self { config, state: Mutex::new(State::Closed { failures: 0 }) })
    }

    /// Lets a request through, or says how long to stay away.
    pub(crate) fn enter(self: &Arc<Self>) -> Result<Pass, Duration> {
        let mut state = self.state();
        let is_probe = match *state {
            State::Closed { .. } => false,
            State::Open { until } if until <= Instant::now() => {
                *state = State::Probing;
                true
            }
            State::Open { until } => return Err(until - Instant::now()),
            State::Probing => return Err(Duration::from_secs(1)),
        };
        drop(state);
        Ok(Pass { breaker: Arc::clone(self), is_probe })
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(*self.state(), State::Closed { .. })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way. Dropped without a verdict it counts neither way; a probe's place is then free again.
#[derive(Debug)]
pub(crate) struct Pass {
    breaker: Arc<Breaker>,
    is_probe: bool,
}

impl Pass {
    /// The endpoint has begun to answer: enough to let others through again.
    pub(crate) fn began(&mut self) {
        if std::mem::take(&mut self.is_probe) {
            *self.breaker.state() = State::Closed { failures: 0 };
            metrics::gauge!("stead_model_breaker_open").set(0.0);
        }
    }

    /// The answer came to its end.
    pub(crate) fn succeeded(mut self) {
        self.began();
        let mut state = self.breaker.state();
        if let State::Closed { failures } = &mut *state {
            *failures = 0;
        }
    }

    /// The endpoint failed.
    pub(crate) fn failed(mut self) {
        let was_probe = std::mem::take(&mut self.is_probe);
        let mut state = self.breaker.state();
        match &mut *state {
            State::Closed { failures } => {
                *failures += 1;
                if *failures >= self.breaker.config.failures {
                    *state = self.breaker.opened();
                }
            }
            State::Probing if was_probe => *state = self.breaker.opened(),
            // What began before the breaker opened says nothing about now.
            State::Probing | State::Open { .. } => {}
        }
    }
}

impl Breaker {
    fn opened(&self) -> State {
        metrics::gauge!("stead_model_breaker_open").set(1.0);
        State::Open { until: Instant::now() + self.config.rest }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.is_probe {
            *self.breaker.state() = State::Open { until: Instant::now() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Arc<Breaker> {
        Breaker::new(BreakerConfig { failures: 3, rest: Duration::from_secs(30) })
    }

    fn fail(breaker: &Arc<Breaker>, times: usize) {
        for _ in 0..times {
            breaker.enter().unwrap().failed();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it() {
        let breaker = breaker();
        fail(&breaker, 2);
        breaker.enter().unwrap().succeeded();
        fail(&breaker, 2);
        assert!(breaker.is_closed());
        fail(&breaker, 1);
        assert_eq!(breaker.enter().unwrap_err(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_dropped_counts_neither_way() {
        let breaker = breaker();
        fail(&breaker, 2);
        drop(breaker.enter().unwrap());
        assert!(breaker.is_closed());
        fail(&breaker, 1);
        assert!(!breaker.is_closed());
    }

    #[tokio::test(start_paused = true)]
    async fn after_its_rest_one_probe_decides() {
        let breaker = breaker();
        fail(&breaker, 3);
        tokio::time::advance(Duration::from_secs(30)).await;
        let probe = breaker.enter().unwrap();
        assert!(breaker.enter().is_err(), "one probe at a time");
        probe.failed();
        assert_eq!(breaker.enter().unwrap_err(), Duration::from_secs(30));

        tokio::time::advance(Duration::from_secs(30)).await;
        let mut probe = breaker.enter().unwrap();
        probe.began();
        assert!(breaker.is_closed(), "others pass while the probe's answer still streams");
        probe.succeeded();
    }

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_probe_frees_its_place() {
        let breaker = breaker();
        fail(&breaker, 3);
        tokio::time::advance(Duration::from_secs(30)).await;
        drop(breaker.enter().unwrap());
        assert!(breaker.enter().is_ok());
    }
}
