//! What one principal may do in how much time: requests, messages sent, failures to sign in. Kept in the memory of this
//! process, for a bounded number of keys.

mod bounded;
mod principal;
mod rate;
mod sign_ins;
mod steady;

use std::{sync::Arc, time::Duration};

use stead_domain::ports::Clock;

pub use principal::{AddressBlock, Principal};
pub use sign_ins::Attempt;

use rate::Rate;
use sign_ins::SignIns;
use steady::SteadyTime;

use crate::{Application, Caller, Error};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// What the operator allows. 0 switches a limit off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitSettings {
    /// Requests of one user, or of one address without a user.
    pub requests: RateSetting,
    /// Messages of one user.
    pub sends: RateSetting,
    /// Of them, those to another person or into the inbox: so many a minute.
    pub inbox_sends_per_minute: u32,
    /// New conversations of the inbox that one user begins in an hour.
    pub new_conversations_per_hour: u32,
    /// Failures to sign in to one account that cost no delay, in a quarter of an hour.
    pub failures_per_account: u32,
    /// The same of one address, with whatever account.
    pub failures_per_address: u32,
}

/// How often something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateSetting {
    /// In the long run; 0: as often as they like.
    pub per_second: u32,
    /// At once after a pause, at least one.
    pub burst: u32,
}

impl RateSetting {
    /// No limit.
    pub const OFF: Self = Self { per_second: 0, burst: 0 };
}

impl LimitSettings {
    /// No limits.
    pub const OFF: Self = Self {
        requests: RateSetting::OFF,
        sends: RateSetting::OFF,
        inbox_sends_per_minute: 0,
        new_conversations_per_hour: 0,
        failures_per_account: 0,
        failures_per_address: 0,
    };
}

/// Who has done how much.
pub struct Limits {
    requests: Rate,
    sends: Rate,
    inbox_sends: Rate,
    new_conversations: Rate,
    sign_ins: SignIns,
}

impl Limits {
    pub(crate) fn new(settings: &LimitSettings, clock: Arc<dyn Clock>) -> Self {
        let time = Arc::new(SteadyTime::new(clock));
        Self {
            requests: Rate::new(settings.requests, Arc::clone(&time)),
            sends: Rate::new(settings.sends, Arc::clone(&time)),
            inbox_sends: Rate::over(MINUTE, settings.inbox_sends_per_minute, Arc::clone(&time)),
            new_conversations: Rate::over(HOUR, settings.new_conversations_per_hour, Arc::clone(&time)),
            sign_ins: SignIns::new(settings.failures_per_account, settings.failures_per_address, time),
        }
    }
}

impl Application {
    /// Counts a request.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub fn admit_request(&self, principal: Principal) -> Result<(), Error> {
        self.limits.requests.take(principal)
    }

    /// Counts a message that is about to be sent.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub fn admit_send(&self, caller: &Caller) -> Result<(), Error> {
        self.limits.sends.take(Principal::User(caller.user))
    }

    /// Counts a message that is about to be sent to another person, or into the inbox.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub(crate) fn admit_inbox_send(&self, caller: &Caller) -> Result<(), Error> {
        self.limits.inbox_sends.take(Principal::User(caller.user))
    }

    /// Counts a conversation of the inbox that is about to be made.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub(crate) fn admit_conversation(&self, caller: &Caller) -> Result<(), Error> {
        self.limits.new_conversations.take(Principal::User(caller.user))
    }

    /// Carries out something that whoever has the right credentials may do, unless there were too many failures: further
    /// ones then cost a delay that grows, up to a minute. A success forgets the failures of its account.
    ///
    /// # Errors
    /// [`Error::RateLimited`], or those of the use case.
    pub async fn attempt<T>(
        &self,
        attempt: Attempt,
        use_case: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.limits.sign_ins.begin(&attempt)?;
        let done = use_case.await;
        self.limits.sign_ins.end(&attempt, &done);
        done
    }
}
