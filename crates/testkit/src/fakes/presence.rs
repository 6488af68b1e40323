use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use stead_domain::{
    OrganizationId, UserId,
    ports::{
        PresenceSource,
        presence::{Presence, PresenceError},
    },
};

/// Who is there, as the test says.
#[derive(Debug, Default)]
pub struct FakePresence(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    known: HashMap<(OrganizationId, UserId), Presence>,
    is_down: bool,
}

impl FakePresence {
    /// Nobody is there.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on this is known of them.
    pub fn set(&self, organization: OrganizationId, user: UserId, presence: Presence) {
        self.state().known.insert((organization, user), presence);
    }

    /// Whether every question fails from now on.
    pub fn set_down(&self, is_down: bool) {
        self.state().is_down = is_down;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl PresenceSource for FakePresence {
    async fn presence(&self, organization: OrganizationId, users: &[UserId]) -> Result<Vec<Presence>, PresenceError> {
        let state = self.state();
        if state.is_down {
            return Err(PresenceError("it is down, as the test wants".into()));
        }
        let of = |user: &UserId| state.known.get(&(organization, *user)).copied().unwrap_or(Presence::UNKNOWN);
        Ok(users.iter().map(of).collect())
    }
}
