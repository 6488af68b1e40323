use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{Quota, RateLimiter, clock::Clock, middleware::NoOpMiddleware, nanos::Nanos, state::StateStore};

use super::{
    Principal, RateSetting,
    bounded::Bounded,
    steady::{LimiterClock, SteadyTime},
};
use crate::Error;

/// How many principals a limit remembers.
const REMEMBERED: usize = 100_000;

/// How often each principal may do something.
pub struct Rate(Option<Limiter>);

type Limiter = RateLimiter<Principal, Remembered, LimiterClock, NoOpMiddleware<Duration>>;

/// When each principal will have its whole burst again.
struct Remembered(Mutex<Bounded<Principal, u64>>);

impl Rate {
    pub fn new(setting: RateSetting, time: Arc<SteadyTime>) -> Self {
        let quota = NonZeroU32::new(setting.per_second).map(|per_second| {
            Quota::per_second(per_second).allow_burst(NonZeroU32::new(setting.burst).unwrap_or(NonZeroU32::MIN))
        });
        Self::limiting(quota, time)
    }

    /// So many at once after a pause as long as `period`, which come back evenly over it; 0: as often as they like.
    pub fn over(period: Duration, count: u32, time: Arc<SteadyTime>) -> Self {
        let quota = NonZeroU32::new(count)
            .and_then(|count| Quota::with_period(period / count.get()).map(|quota| quota.allow_burst(count)));
        Self::limiting(quota, time)
    }

    fn limiting(quota: Option<Quota>, time: Arc<SteadyTime>) -> Self {
        Self(quota.map(|quota| {
            let remembered = Remembered(Mutex::new(Bounded::new(REMEMBERED)));
            RateLimiter::new(quota, remembered, LimiterClock(time))
        }))
    }

    /// Counts one.
    pub fn take(&self, principal: Principal) -> Result<(), Error> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter
            .check_key(&principal)
            .map_err(|until| Error::RateLimited { retry_after: until.wait_time_from(limiter.clock().now()) })
    }
}

impl StateStore for Remembered {
    type Key = Principal;

    fn measure_and_replace<T, F, E>(&self, key: &Principal, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (measured, next) = measure(remembered.get(key).map(Nanos::new))?;
        remembered.set(*key, next.as_u64());
        Ok(measured)
    }
}

#[cfg(test)]
mod tests {
    use stead_domain::{UserId, ports::Clock as _};
    use stead_testkit::fakes::FakeClock;
    use uuid::Uuid;

    use super::*;

    fn limited(per_second: u32, burst: u32) -> (Rate, Arc<FakeClock>) {
        let clock = Arc::new(FakeClock::new());
        let time = Arc::new(SteadyTime::new(Arc::clone(&clock) as _));
        (Rate::new(RateSetting { per_second, burst }, time), clock)
    }

    fn user(id: u128) -> Principal {
        Principal::User(UserId::new(Uuid::from_u128(id)))
    }

    fn wait(rate: &Rate, principal: Principal) -> Option<Duration> {
        match rate.take(principal) {
            Ok(()) => None,
            Err(Error::RateLimited { retry_after }) => Some(retry_after),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_burst_then_a_steady_rate_for_each_principal() {
        let (rate, clock) = limited(2, 3);
        for _ in 0..3 {
            assert_eq!(wait(&rate, user(1)), None);
        }
        let told = wait(&rate, user(1)).unwrap();
        assert_eq!(told, Duration::from_millis(500));
        assert_eq!(wait(&rate, user(2)), None);
        clock.advance(told);
        assert_eq!(wait(&rate, user(1)), None);
        assert!(wait(&rate, user(1)).is_some());
        clock.advance(Duration::from_secs(60));
        for _ in 0..3 {
            assert_eq!(wait(&rate, user(1)), None);
        }
        assert!(wait(&rate, user(1)).is_some());
    }

    #[test]
    fn so_many_over_a_period_come_back_evenly() {
        let clock = Arc::new(FakeClock::new());
        let time = Arc::new(SteadyTime::new(Arc::clone(&clock) as _));
        let rate = Rate::over(Duration::from_secs(60), 10, Arc::clone(&time));
        for _ in 0..10 {
            assert_eq!(wait(&rate, user(1)), None);
        }
        assert_eq!(wait(&rate, user(1)), Some(Duration::from_secs(6)));
        clock.advance(Duration::from_secs(6));
        assert_eq!(wait(&rate, user(1)), None);
        assert!(wait(&rate, user(1)).is_some());
        let rate = Rate::over(Duration::from_secs(60), 0, time);
        assert!((0..1_000).all(|_| wait(&rate, user(1)).is_none()));
    }

    #[test]
    fn a_refusal_costs_nothing() {
        let (rate, clock) = limited(1, 1);
        assert_eq!(wait(&rate, user(1)), None);
        for _ in 0..100 {
            assert!(wait(&rate, user(1)).unwrap() <= Duration::from_secs(1));
        }
        clock.advance(Duration::from_secs(1));
        assert_eq!(wait(&rate, user(1)), None);
    }

    #[test]
    fn nought_is_no_limit_and_a_burst_is_at_least_one() {
        let (rate, _) = limited(0, 0);
        assert!((0..10_000).all(|_| wait(&rate, user(1)).is_none()));
        let (rate, _) = limited(5, 0);
        assert_eq!(wait(&rate, user(1)), None);
        assert!(wait(&rate, user(1)).is_some());
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_out() {
        let (rate, clock) = limited(1, 1);
        assert_eq!(wait(&rate, user(1)), None);
        clock.set(clock.now().minus(Duration::from_secs(3_600)));
        assert!(wait(&rate, user(1)).unwrap() <= Duration::from_secs(1));
        clock.advance(Duration::from_secs(1));
        assert_eq!(wait(&rate, user(1)), None);
    }
}
