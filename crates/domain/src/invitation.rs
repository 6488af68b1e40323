//! An invitation: the right of one person to join an organization, once.

use std::time::Duration;

use crate::{InvitationId, OrganizationId, Timestamp, UserId, text::Email, user::OrganizationRole};

/// How long an invitation is good unless it says otherwise.
pub const USUAL_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long an invitation may be good at most.
pub const LONGEST_LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The right of one person to join an organization. Its token is not part of it: that is its id under a MAC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id, carried by its token.
    pub id: InvitationId,
    /// Where it leads.
    pub organization_id: OrganizationId,
    /// Who invites.
    pub invited_by: UserId,
    /// Whom: only this address can take it. Absent: whoever has the token.
    pub email: Option<Email>,
    /// What they will be.
    pub role: OrganizationRole,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When it was taken, and by whom.
    pub used: Option<(Timestamp, UserId)>,
    /// When it was withdrawn.
    pub revoked_at: Option<Timestamp>,
}

impl Invitation {
    /// Whether it can be taken at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.used.is_none() && self.revoked_at.is_none() && now < self.expires_at
    }
}
