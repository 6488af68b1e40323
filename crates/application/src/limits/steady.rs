use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::clock;
use stead_domain::{Timestamp, ports::Clock};

/// Time since the start that never goes back: where the operator sets the clock back it goes on from where it was, so that
/// nobody is kept out for as long.
pub struct SteadyTime {
    clock: Arc<dyn Clock>,
    seen: Mutex<Seen>,
}

struct Seen {
    at: Timestamp,
    passed: Duration,
}

impl SteadyTime {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let seen = Mutex::new(Seen { at: clock.now(), passed: Duration::ZERO });
        Self { clock, seen }
    }

    pub fn now(&self) -> Duration {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        seen.passed = seen.passed.saturating_add(now.since(seen.at));
        seen.at = now;
        seen.passed
    }
}

/// The same for the limiter's crate.
pub struct LimiterClock(pub Arc<SteadyTime>);

impl clock::Clock for LimiterClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.now()
    }
}

#[cfg(test)]
mod tests {
    use stead_testkit::fakes::FakeClock;

    use super::*;

    #[test]
    fn it_goes_on_when_the_clock_is_set_back() {
        let clock = Arc::new(FakeClock::new());
        let time = SteadyTime::new(Arc::clone(&clock) as Arc<dyn Clock>);
        clock.advance(Duration::from_secs(10));
        assert_eq!(time.now(), Duration::from_secs(10));
        clock.set(clock.now().minus(Duration::from_secs(3_600)));
        assert_eq!(time.now(), Duration::from_secs(10));
        clock.advance(Duration::from_secs(5));
        assert_eq!(time.now(), Duration::from_secs(15));
    }
}
