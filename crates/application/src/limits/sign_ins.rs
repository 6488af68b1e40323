use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use stead_domain::text::Email;

use super::{AddressBlock, bounded::Bounded, steady::SteadyTime};
use crate::{Conflict, Error};

/// The time in which so many failures cost no delay.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// What the first failure too many costs; each further one twice as much.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// What a failure costs at most: strangers can keep nobody out of their account for longer.
const LONGEST_DELAY: Duration = Duration::from_secs(60);
/// How many failures too many are remembered.
const MOST_TOO_MANY: u32 = 8;
/// How many accounts and addresses are remembered.
const REMEMBERED: usize = 100_000;

/// An attempt to prove who one is.
#[derive(Debug, Clone)]
pub struct Attempt {
    account: Option<Email>,
    address: AddressBlock,
}

impl Attempt {
    /// With the password of an account, which may exist or not.
    pub fn with_account(account: Email, address: IpAddr) -> Self {
        Self { account: Some(account), address: AddressBlock::of(address) }
    }

    /// With something else, of which only the address is known.
    pub fn from_address(address: IpAddr) -> Self {
        Self { account: None, address: AddressBlock::of(address) }
    }
}

/// The failures of accounts and addresses.
pub struct SignIns {
    per_account: u32,
    per_address: u32,
    time: Arc<SteadyTime>,
    /// Keeps the table small: it holds no e-mail addresses.
    hasher: RandomState,
    failures: Mutex<Bounded<Key, Failures>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Account(u64),
    Address(AddressBlock),
}

/// A bucket that runs empty at the allowed rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Failures {
    empty_at: Duration,
    blocked_until: Duration,
}

impl SignIns {
    pub fn new(per_account: u32, per_address: u32, time: Arc<SteadyTime>) -> Self {
        let failures = Mutex::new(Bounded::new(REMEMBERED));
        Self { per_account, per_address, time, hasher: RandomState::new(), failures }
    }

    /// Counts an attempt as a failure before it is made, so that many at once are no way around.
    pub fn begin(&self, attempt: &Attempt) -> Result<(), Error> {
        let now = self.time.now();
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let known: Vec<_> =
            self.keys(attempt).map(|(key, allowed)| (key, allowed, failures.get(&key).unwrap_or_default())).collect();
        let blocked_until = known.iter().map(|(.., failures)| failures.blocked_until).max().unwrap_or_default();
        if now < blocked_until {
            return Err(Error::RateLimited { retry_after: blocked_until.saturating_sub(now) });
        }
        for (key, allowed, known) in known {
            failures.set(key, known.one_more(now, allowed));
        }
        Ok(())
    }

    /// Takes it back unless it was one. A success forgets what its account has failed before.
    pub fn end<T>(&self, attempt: &Attempt, done: &Result<T, Error>) {
        if done.as_ref().is_err_and(is_failure) {
            return;
        }
        let now = self.time.now();
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, allowed) in self.keys(attempt) {
            match (key, failures.get(&key)) {
                (Key::Account(_), _) if done.is_ok() => failures.remove(&key),
                (_, Some(known)) => failures.set(key, known.one_less(now, allowed)),
                (_, None) => {}
            }
        }
    }

    /// What an attempt counts for, and how many failures each may have.
    fn keys(&self, attempt: &Attempt) -> impl Iterator<Item = (Key, u32)> {
        let account = attempt.account.as_ref().map(|email| Key::Account(self.hasher.hash_one(email.as_str())));
        let account = account.map(|key| (key, self.per_account));
        let address = (Key::Address(attempt.address), self.per_address);
        account.into_iter().chain([address]).filter(|(_, allowed)| *allowed > 0)
    }
}

/// Whether the credentials, or the invitation, or the name, were wrong; not whether the server could not tell.
fn is_failure(error: &Error) -> bool {
    match error {
        Error::Unauthenticated | Error::Forbidden(_) | Error::NotFound => true,
        Error::Conflict(conflict) => *conflict != Conflict::TryAgain,
        _ => false,
    }
}

impl Failures {
    fn one_more(self, now: Duration, allowed: u32) -> Self {
        let each = WINDOW / allowed;
        let fullest = now.saturating_add(each.saturating_mul(allowed.saturating_add(MOST_TOO_MANY)));
        let empty_at = self.empty_at.max(now).saturating_add(each).min(fullest);
        let blocked_until = match level(empty_at, now, each).checked_sub(allowed) {
            Some(too_many) => now.saturating_add(delay(too_many)),
            None => Duration::ZERO,
        };
        Self { empty_at, blocked_until }
    }

    fn one_less(self, now: Duration, allowed: u32) -> Self {
        let each = WINDOW / allowed;
        let empty_at = self.empty_at.saturating_sub(each);
        let is_full = level(empty_at, now, each) >= allowed;
        Self { empty_at, blocked_until: if is_full { self.blocked_until } else { Duration::ZERO } }
    }
}

/// How many failures are in the bucket.
fn level(empty_at: Duration, now: Duration, each: Duration) -> u32 {
    let level = empty_at.saturating_sub(now).as_nanos().div_ceil(each.as_nanos().max(1));
    u32::try_from(level).unwrap_or(u32::MAX)
}

fn delay(too_many: u32) -> Duration {
    2u32.checked_pow(too_many).map_or(LONGEST_DELAY, |factor| FIRST_DELAY.saturating_mul(factor).min(LONGEST_DELAY))
}

#[cfg(test)]
#[path = "sign_ins_tests.rs"]
mod tests;
