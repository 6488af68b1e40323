//! An API key: a credential for programs, with scopes and an end.

use std::{fmt, time::Duration};

use crate::{
    ApiKeyId, OrganizationId, Timestamp, UserId,
    scope::Scopes,
    text::DisplayName,
    user::{User, UserKind},
};

/// How long a key is good at most, and unless asked otherwise: a year, whichever day it begins.
pub const LONGEST_LIFE: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// How often at most is noted that a key was used.
pub const USE_NOTED_EVERY: Duration = Duration::from_secs(60);

/// A key that somebody made for a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id, which the key itself carries.
    pub id: ApiKeyId,
    /// Its user's organization.
    pub organization_id: OrganizationId,
    /// Whom it acts as: a person, or a service of the organization.
    pub user_id: UserId,
    /// Whether it is the organization's, as its user is a service: admins see and revoke it.
    pub of_organization: bool,
    /// Who made it.
    pub created_by: UserId,
    /// What it is called.
    pub name: DisplayName,
    /// What it may be used for.
    pub scopes: Scopes,
    /// By what its secret is known.
    pub secret_hash: SecretHash,
    /// When it ends in any case.
    pub expires_at: Timestamp,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was ended early.
    pub revoked_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ApiKey {
    /// Whether it is good at `now`, its user aside.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Whether it is one of those that the user may see and revoke: their own, and, for an admin, the organization's.
    pub fn is_visible_to(&self, user: UserId, is_admin: bool) -> bool {
        self.user_id == user || (is_admin && self.of_organization)
    }
}

/// Whether keys of this user are the organization's.
pub fn is_of_organization(user: &User) -> bool {
    match user.kind {
        UserKind::Person => false,
        UserKind::Service => true,
    }
}

/// The SHA-256 of a key's secret, which has 256 random bits: nothing slower is needed. Its `Debug` shows nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretHash(pub [u8; 32]);

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}
