//! A user: a person (or a service) of one organization.

use crate::{
    AvatarId, OrganizationId, Timestamp, UserId,
    organization::TokenBudget,
    text::{DisplayName, Email, Handle, Text},
};

/// What a person says of themselves: up to 1,000 characters.
pub type Bio = Text<0, 1_000>;

/// Marks the id of a picture of a user. Its bytes lie in the [`ObjectStore`](crate::ports::ObjectStore); another picture
/// gets another id, so that what is at an address never changes.
#[derive(Debug)]
pub enum Avatar {}

/// A member of an organization.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their organization: exactly one.
    pub organization_id: OrganizationId,
    /// Person or service.
    pub kind: UserKind,
    /// What they may do in the organization.
    pub role: OrganizationRole,
    /// Unique on the server.
    pub handle: Handle,
    /// Unique on the server; services have none.
    pub email: Option<Email>,
    /// What they are called.
    pub display_name: DisplayName,
    /// What they say of themselves.
    pub bio: Option<Bio>,
    /// Their picture.
    pub avatar: Option<AvatarId>,
    /// What models may use for them in a month; as their organization says for everybody where absent.
    pub ai_budget: Option<TokenBudget>,
    /// Since when they may no longer sign in.
    pub deactivated_at: Option<Timestamp>,
    /// Raised by every change.
    pub version: i64,
    /// When they joined.
    pub created_at: Timestamp,
    /// When this record last changed.
    pub updated_at: Timestamp,
}

/// What anybody may know of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The person.
    pub user: User,
    /// Whether they have an agent that members of their organization may talk to.
    pub has_agent: bool,
}

/// Who is behind a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserKind {
    /// A person, who signs in.
    Person,
    /// A program that acts with an organization's key; no login.
    Service,
}

/// What a user may do in their organization. Each includes the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrganizationRole {
    /// Uses it.
    Member,
    /// Runs it: agents, settings, invitations.
    Admin,
    /// Founded it or was made its owner; there is always one.
    Owner,
}

impl OrganizationRole {
    /// Whether the role includes an admin's rights.
    pub fn is_admin(self) -> bool {
        self >= Self::Admin
    }
}

/// The Argon2id hash of a password in PHC string form. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}
