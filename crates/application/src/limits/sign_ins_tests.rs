use std::net::Ipv4Addr;

use stead_testkit::fakes::FakeClock;

use super::*;

struct Door {
    sign_ins: SignIns,
    clock: Arc<FakeClock>,
}

impl Door {
    fn new(per_account: u32, per_address: u32) -> Self {
        let clock = Arc::new(FakeClock::new());
        let time = Arc::new(SteadyTime::new(Arc::clone(&clock) as _));
        Self { sign_ins: SignIns::new(per_account, per_address, time), clock }
    }

    /// Tries; how long it is told to wait, if it is.
    fn try_with(&self, attempt: &Attempt, done: Result<(), Error>) -> Option<Duration> {
        match self.sign_ins.begin(attempt) {
            Ok(()) => {
                self.sign_ins.end(attempt, &done);
                None
            }
            Err(Error::RateLimited { retry_after }) => Some(retry_after),
            Err(error) => panic!("{error}"),
        }
    }

    fn fail(&self, attempt: &Attempt) -> Option<Duration> {
        self.try_with(attempt, Err(Error::Unauthenticated))
    }

    fn succeed(&self, attempt: &Attempt) -> Option<Duration> {
        self.try_with(attempt, Ok(()))
    }
}

fn address(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
}

fn account(name: &str, last: u8) -> Attempt {
    Attempt::with_account(Email::parse(&format!("{name}@example.org")).unwrap(), address(last))
}

#[test]
fn ten_failures_then_a_delay_that_grows_to_a_minute() {
    let door = Door::new(10, 0);
    for _ in 0..10 {
        assert_eq!(door.fail(&account("ann", 1)), None);
    }
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60, 60] {
        let told = door.fail(&account("ann", 2)).expect("a delay, from whatever address");
        assert_eq!(told, Duration::from_secs(seconds));
        assert_eq!(door.succeed(&account("ann", 1)), Some(told), "the right password waits too");
        assert_eq!(door.fail(&account("bob", 1)), None, "another account does not");
        door.clock.advance(told);
        assert_eq!(door.fail(&account("ann", 1)), None);
        door.succeed(&account("bob", 1));
    }
    let mut failures_in_an_hour = 0;
    let mut passed = Duration::ZERO;
    while passed < Duration::from_secs(3_600) {
        match door.fail(&account("ann", 1)) {
            None => failures_in_an_hour += 1,
            Some(told) => {
                door.clock.advance(told);
                passed += told;
            }
        }
    }
    assert!((50..=100).contains(&failures_in_an_hour), "{failures_in_an_hour}");
}

#[test]
fn a_success_resets_the_account_and_not_the_address() {
    let door = Door::new(10, 20);
    for _ in 0..9 {
        assert_eq!(door.fail(&account("ann", 1)), None);
    }
    assert_eq!(door.succeed(&account("ann", 1)), None);
    for _ in 0..9 {
        assert_eq!(door.fail(&account("ann", 1)), None);
    }
    assert_eq!(door.succeed(&account("ann", 1)), None);
    for _ in 0..2 {
        assert_eq!(door.fail(&account("ann", 1)), None);
    }
    assert!(door.fail(&account("bob", 1)).is_some(), "twenty failures of one address");
    assert_eq!(door.fail(&account("bob", 2)), None);
}

#[test]
fn successes_and_faults_of_the_server_cost_nothing() {
    let door = Door::new(2, 2);
    for _ in 0..100 {
        assert_eq!(door.succeed(&account("ann", 1)), None);
        assert_eq!(door.try_with(&account("ann", 1), Err(Error::Unavailable(None))), None);
    }
    let registration = Attempt::from_address(address(1));
    for _ in 0..2 {
        assert_eq!(door.try_with(&registration, Err(Error::Conflict(Conflict::EmailTaken))), None);
    }
    assert!(door.succeed(&registration).is_some());
}

#[test]
fn time_forgives() {
    let door = Door::new(10, 50);
    for _ in 0..10 {
        door.fail(&account("ann", 1));
    }
    assert!(door.fail(&account("ann", 1)).is_some());
    door.clock.advance(WINDOW);
    for _ in 0..10 {
        assert_eq!(door.fail(&account("ann", 1)), None);
    }
    assert!(door.fail(&account("ann", 1)).is_some());
}

#[test]
fn many_at_once_are_no_way_around() {
    let door = Door::new(10, 50);
    let begun = (0..100).filter(|_| door.sign_ins.begin(&account("ann", 1)).is_ok()).count();
    assert_eq!(begun, 10);
}

#[test]
fn an_attempt_that_is_refused_costs_nothing_more() {
    let door = Door::new(10, 50);
    for _ in 0..10 {
        door.fail(&account("ann", 1));
    }
    for _ in 0..1_000 {
        assert_eq!(door.fail(&account("ann", 1)), Some(Duration::from_secs(1)));
    }
}

#[test]
fn nought_is_no_limit() {
    let door = Door::new(0, 0);
    assert!((0..1_000).all(|_| door.fail(&account("ann", 1)).is_none()));
}
