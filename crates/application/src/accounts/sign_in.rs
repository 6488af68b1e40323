use stead_domain::{
    SessionId,
    organization::Organization,
    ports::store::{Change, Commit, Committed, Guard, Outcome, SessionChange, StoreError, UserChange, Versioned},
    session::{Refresh, Session},
    text::Email,
    user::{OrganizationRole, PasswordHash, User},
};

use super::{
    Password,
    password::Verdict,
    tokens::{ACCESS_TOKEN_LIFE, SESSION_LIFE},
};
use crate::{Application, Caller, Error};

/// What somebody signs in with.
#[derive(Debug)]
pub struct Login {
    /// Their address.
    pub email: Email,
    /// Their password.
    pub password: Password,
    /// Their client, as it names itself.
    pub user_agent: Option<String>,
}

/// A sign-in, new or prolonged.
#[derive(Clone)]
pub struct SignedIn {
    /// Good for [`ACCESS_TOKEN_LIFE`].
    pub access_token: String,
    /// Good once, for the next pair.
    pub refresh_token: String,
    /// How long the access token is good, in seconds.
    pub expires_in: u64,
    /// Who.
    pub user: User,
    /// Where.
    pub organization: Organization,
}

impl Application {
    /// Signs a person in.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] whatever is wrong, after the same time.
    pub async fn login(&self, login: Login) -> Result<SignedIn, Error> {
        let known = self.store.find_credentials(&login.email).await?;
        let (user, hashed) = match known {
            Some(known) => (Some(known.user), Some(known.password)),
            None => (None, None),
        };
        let (verdict, rehashed) = self.passwords.verify(login.password, hashed).await?;
        let user = user.filter(|user| verdict != Verdict::Wrong && user.deactivated_at.is_none());
        let user = user.ok_or(Error::Unauthenticated)?;
        let (session, opening) = self.new_session(&user, login.user_agent);
        let (organization, at_least) = (user.organization_id, OrganizationRole::Member);
        // Nobody gets in who is deleted, or let in no longer, while their password is looked at.
        let guards = vec![Guard::User { organization, user: user.id, at_least }];
        self.commit(Commit { guards, changes: vec![opening], ..Commit::default() }).await?;
        if let Some(rehashed) = rehashed {
            self.replace_hash(&user, rehashed).await?;
        }
        let organization = self.organization_of(&user).await?;
        self.signed_in(session, user, organization)
    }

    /// Keeps a password under what hashing costs now; next time, if the user changes at this moment.
    async fn replace_hash(&self, user: &User, hash: PasswordHash) -> Result<(), Error> {
        let guards = vec![Guard::Version(Versioned::User(user.id), user.version)];
        let changes = vec![Change::User(UserChange::SetPassword(user.id, hash))];
        match self.commit(Commit { guards, changes, ..Commit::default() }).await {
            Ok(_) | Err(StoreError::Refused(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the next pair of tokens for a refresh token; for the one before it, within its grace, the same again. An
    /// older one ends the sign-in: somebody else has it.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it is not ours, is too old, or the sign-in is over.
    pub async fn refresh(&self, refresh_token: &str) -> Result<SignedIn, Error> {
        let (id, generation) = self.refresh_tokens.read(refresh_token).ok_or(Error::Unauthenticated)?;
        loop {
            let now = self.clock.now();
            let (mut session, user) = self.store.find_session(id).await?.ok_or(Error::Unauthenticated)?;
            if user.deactivated_at.is_some() {
                return Err(Error::Unauthenticated);
            }
            match session.judge(generation, now) {
                Refresh::Ended => return Err(Error::Unauthenticated),
                Refresh::Reused => {
                    tracing::warn!(session = %id, "an old refresh token was used again: the sign-in is ended");
                    self.end_session(id).await?;
                    return Err(Error::Unauthenticated);
                }
                Refresh::Repeat => {}
                Refresh::Rotate => {
                    let rotate = SessionChange::Rotate { session: id, from: generation, at: now };
                    let changes = vec![Change::Session(rotate)];
                    let committed = self.commit(Commit { changes, ..Commit::default() }).await?;
                    if committed != Committed::Done(vec![Outcome::Updated]) {
                        // Another request with the same token was faster, or the session ended: judge again. The
                        // generation has moved on or the session is over, so this does not come here a second time.
                        continue;
                    }
                    session.generation += 1;
                }
            }
            let organization = self.organization_of(&user).await?;
            return self.signed_in(session, user, organization);
        }
    }

    /// Ends the caller's sign-in: its tokens are dead at once.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn logout(&self, caller: &Caller) -> Result<(), Error> {
        self.end_session(caller.session()?).await
    }

    async fn end_session(&self, session: SessionId) -> Result<(), Error> {
        let revoke = SessionChange::Revoke { session, at: self.clock.now() };
        self.commit(Commit { changes: vec![Change::Session(revoke)], ..Commit::default() }).await?;
        self.forget(session).await;
        Ok(())
    }

    pub(super) fn new_session(&self, user: &User, user_agent: Option<String>) -> (Session, Change) {
        let now = self.clock.now();
        let session = Session {
            id: SessionId::new(self.ids.next()),
            user_id: user.id,
            organization_id: user.organization_id,
            generation: 1,
            rotated_at: now,
            expires_at: now.plus(SESSION_LIFE),
            revoked_at: None,
            user_agent: user_agent.map(|name| name.chars().filter(|c| !c.is_control()).take(200).collect()),
            created_at: now,
        };
        let opening = Change::Session(SessionChange::Insert(session.clone()));
        (session, opening)
    }

    pub(super) fn signed_in(
        &self,
        session: Session,
        user: User,
        organization: Organization,
    ) -> Result<SignedIn, Error> {
        Ok(SignedIn {
            access_token: self.access_tokens.issue(user.id, session.id, self.clock.now())?,
            refresh_token: self.refresh_tokens.issue(session.id, session.generation),
            expires_in: ACCESS_TOKEN_LIFE.as_secs(),
            user,
            organization,
        })
    }

    async fn organization_of(&self, user: &User) -> Result<Organization, Error> {
        self.store.find_organization(user.organization_id).await?.ok_or(Error::Unauthenticated)
    }
}
