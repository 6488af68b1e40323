//! A session: one sign-in, and the chain of refresh tokens that belongs to it.

use std::time::Duration;

use crate::{OrganizationId, SessionId, Timestamp, UserId};

/// How long the previous refresh token is good for after it was used: a lost answer may be asked for again.
pub const REFRESH_GRACE: Duration = Duration::from_secs(30);

/// One sign-in. Its refresh tokens are numbered by `generation`; only the newest is good, and for [`REFRESH_GRACE`]
/// the one before (RFC 9700, section 4.14).
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its id, carried by its tokens.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// The user's organization.
    pub organization_id: OrganizationId,
    /// The number of the newest refresh token.
    pub generation: i64,
    /// When that one was made.
    pub rotated_at: Timestamp,
    /// When the session ends in any case.
    pub expires_at: Timestamp,
    /// When it was ended early.
    pub revoked_at: Option<Timestamp>,
    /// The client, as it named itself.
    pub user_agent: Option<String>,
    /// When they signed in.
    pub created_at: Timestamp,
}

/// What to do with a refresh token of some generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// It is the newest: make the next.
    Rotate,
    /// It is the one before, within its grace: answer with the newest again.
    Repeat,
    /// It is older: somebody has stolen it or its successor. End the session.
    Reused,
    /// The session is over.
    Ended,
}

impl Session {
    /// Whether its tokens are good at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Judges a refresh token by its generation.
    pub fn judge(&self, generation: i64, now: Timestamp) -> Refresh {
        if !self.is_live(now) || generation > self.generation {
            Refresh::Ended
        } else if generation == self.generation {
            Refresh::Rotate
        } else if generation + 1 == self.generation && now.since(self.rotated_at) <= REFRESH_GRACE {
            Refresh::Repeat
        } else {
            Refresh::Reused
        }
    }
}
