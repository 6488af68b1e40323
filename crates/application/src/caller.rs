use stead_domain::{
    ApiKeyId, OrganizationId, SessionId, UserId,
    scope::{Scope, Scopes},
    user::OrganizationRole,
};

use crate::Error;

/// Who asks: an authenticated user, as they were at most a second ago, and what they came in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub user: UserId,
    /// Their organization: every query is scoped by it.
    pub organization: OrganizationId,
    /// What they may do in it.
    pub role: OrganizationRole,
    /// What they came in with.
    pub credential: Credential,
    /// What that may be used for: it narrows what the role allows.
    pub scopes: Scopes,
}

/// What somebody comes in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A token of this sign-in.
    Session(SessionId),
    /// This key.
    ApiKey(ApiKeyId),
}

impl Caller {
    /// The sign-in their token belongs to.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if they came with a key.
    pub fn session(&self) -> Result<SessionId, Error> {
        match self.credential {
            Credential::Session(session) => Ok(session),
            Credential::ApiKey(_) => Err(Error::Forbidden("this takes a sign-in: API keys are not accepted here")),
        }
    }

    /// Goes on only if what they came with may be used for this.
    ///
    /// # Errors
    /// [`Error::MissingScope`].
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.scopes.hold(scope) { Ok(()) } else { Err(Error::MissingScope(scope)) }
    }

    /// As whom they look at other people's threads: an admin's key does so with the scope `admin` alone.
    pub fn oversees_as(&self) -> OrganizationRole {
        if self.scopes.hold(Scope::Admin) { self.role } else { OrganizationRole::Member }
    }
}
