//! Leaves an endpoint alone that failed several times in a row.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// When to leave a failing endpoint alone.
#[derive(Debug, Clone, Copy)]
pub struct BreakerConfig {
    /// After how many failures in a row.
    pub failures: u32,
    /// For how long, before one request may try.
    pub rest: Duration,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 5, rest: Duration::from_secs(30) }
    }
}

/// Counts failures in a row. Open, it lets nothing through; after its rest one request may probe.
#[derive(Debug)]
pub struct Breaker {
    config: BreakerConfig,
    gauge: &'static str,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    Probing,
}

impl Breaker {
    /// A closed one. The gauge of that name says 1 while it is open.
    pub fn new(config: BreakerConfig, gauge: &'static str) -> Arc<Self> {
        metrics::gauge!(gauge).set(0.0);
        Arc::new(Self { config, gauge, state: Mutex::new(State::Closed { failures: 0 }) })
    }

    /// Lets a request through.
    ///
    /// # Errors
    /// It is open: how long to stay away.
    pub fn enter(self: &Arc<Self>) -> Result<Pass, Duration> {
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

    /// Whether requests go through.
    pub fn is_closed(&self) -> bool {
        matches!(*self.state(), State::Closed { .. })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way. Dropped without a verdict it counts neither way; a probe's place is then free again.
#[derive(Debug)]
pub struct Pass {
    breaker: Arc<Breaker>,
    is_probe: bool,
}

impl Pass {
    /// The endpoint has begun to answer: enough to let others through again.
    pub fn began(&mut self) {
        if std::mem::take(&mut self.is_probe) {
            *self.breaker.state() = State::Closed { failures: 0 };
            metrics::gauge!(self.breaker.gauge).set(0.0);
        }
    }

    /// The answer came to its end.
    pub fn succeeded(mut self) {
        self.began();
        let mut state = self.breaker.state();
        if let State::Closed { failures } = &mut *state {
            *failures = 0;
        }
    }

    /// The endpoint failed.
    pub fn failed(mut self) {
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
        metrics::gauge!(self.gauge).set(1.0);
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
        Breaker::new(BreakerConfig { failures: 3, rest: Duration::from_secs(30) }, "stead_test_breaker_open")
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
