use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::{Application, Caller, Credential, Error, believed::BELIEVED};

/// How often it is asked whether a credential in use is still good, and how old the answer may be: together less than the
/// second within which a revocation on another node is to hold.
const LOOK_EVERY: Duration = Duration::from_millis(650);
const NO_OLDER: Duration = Duration::from_millis(200);

impl Application {
    /// Waits until what the caller came with is good no longer: their sign-in was ended or is over, their key was revoked or
    /// has expired, they were deleted or are let in no longer. At once where that happened on this node, within a second
    /// where on another one. While the database is away nobody is shut out: it cannot be known.
    pub async fn until_revoked(self, caller: Caller) {
        let mut changes = self.changes.watch();
        let mut look = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut no_older = BELIEVED;
        loop {
            match self.is_still_good(&caller, no_older).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "whether a credential in use is still good cannot be known"
                    );
                }
            }
            no_older = tokio::select! {
                changed = changes.changed() => match changed {
                    Ok(()) => BELIEVED,
                    // The sender lives as long as this.
                    Err(_) => return,
                },
                _ = look.tick() => NO_OLDER,
            };
        }
    }

    pub(crate) async fn is_still_good(&self, caller: &Caller, no_older: Duration) -> Result<bool, Error> {
        match caller.credential {
            Credential::Session(session) => Ok(self.live_session(session, no_older).await?.is_some()),
            Credential::ApiKey(key) => Ok(self.live_api_key(key, no_older).await?.is_some()),
        }
    }
}
