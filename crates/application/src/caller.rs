use stead_domain::{OrganizationId, SessionId, UserId, user::OrganizationRole};

/// Who asks: an authenticated user, as they were at most a second ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub user: UserId,
    /// Their organization: every query is scoped by it.
    pub organization: OrganizationId,
    /// What they may do in it.
    pub role: OrganizationRole,
    /// The sign-in their token belongs to.
    pub session: SessionId,
}
