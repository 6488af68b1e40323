use stead_domain::{
    ApiKeyId, OrganizationId, SessionId, UserId,
    ports::store::Guard,
    scope::{Scope, Scopes},
    session::Session,
    user::{OrganizationRole, User},
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A token of this sign-in.
    Session(SessionId),
    /// This key.
    ApiKey(ApiKeyId),
}

impl Caller {
    /// Who signed in so.
    pub(crate) fn signed_in(session: &Session, user: &User) -> Self {
        Self {
            user: user.id,
            organization: user.organization_id,
            role: user.role,
            credential: Credential::Session(session.id),
            scopes: Scopes::of_sign_in(),
        }
    }

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

    /// Holds as long as they are there with at least this role: what is committed on their behalf is guarded by it, so that
    /// a request that is under way when they are deleted or let in no longer leaves nothing behind. Put it after guards of
    /// the organization and before those of agents, in the order in which a deletion takes them.
    pub fn still(&self, at_least: OrganizationRole) -> Guard {
        Guard::User { organization: self.organization, user: self.user, at_least }
    }

    /// The same, whatever their role.
    pub fn still_there(&self) -> Guard {
        self.still(OrganizationRole::Member)
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
