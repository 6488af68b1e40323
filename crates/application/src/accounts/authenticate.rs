use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use stead_domain::{SessionId, UserId, scope::Scopes, session::Session, user::User};
use uuid::Uuid;

use crate::{Application, Caller, Credential, Error, api_keys};

/// How long a node believes what it last read of a session: a revocation elsewhere holds here within it.
const BELIEVED: Duration = Duration::from_secs(1);
/// How long after a change on this node the database is asked every time: longer than any read takes.
const DOUBTED: Duration = Duration::from_secs(30);

/// Sessions and their users as last read, at most a second ago.
pub struct SessionCache(Cache<SessionId, Option<Arc<(Session, User)>>>, Cache<Uuid, ()>);

impl SessionCache {
    pub fn new() -> Self {
        Self(
            Cache::builder().max_capacity(50_000).time_to_live(BELIEVED).build(),
            Cache::builder().max_capacity(50_000).time_to_live(DOUBTED).build(),
        )
    }

    /// Forgets what was read of a session, so that what changed on this node holds on it at once.
    pub async fn forget(&self, session: SessionId) {
        self.1.insert(session.uuid(), ()).await;
        self.0.invalidate(&session).await;
    }

    /// The same for all sessions of a user.
    pub async fn forget_user(&self, user: UserId) {
        self.1.insert(user.uuid(), ()).await;
    }

    /// Whether something of this session or user changed here a moment ago. A read that began before that may come back
    /// after it, so what is believed of them does not count.
    pub fn is_doubted(&self, session: SessionId, user: UserId) -> bool {
        self.1.contains_key(&session.uuid()) || self.1.contains_key(&user.uuid())
    }
}

impl Application {
    /// Forgets what was read of a user, so that what changed of them on this node holds on it at once.
    pub(super) async fn forget_user(&self, user: UserId) {
        self.sessions.forget_user(user).await;
        self.api_keys.forget_user(user).await;
    }

    /// Who is behind an access token or an API key.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a token or key that is not ours or has expired, a session that is over, a key that was
    /// revoked, or a user who was deactivated.
    pub async fn authenticate(&self, access_token: &str) -> Result<Caller, Error> {
        if access_token.starts_with(api_keys::PREFIX) {
            return self.authenticate_api_key(access_token).await;
        }
        let session = self.access_tokens.session(access_token, self.clock.now()).ok_or(Error::Unauthenticated)?;
        let known = self
            .sessions
            .0
            .try_get_with(session, async { Ok::<_, Error>(self.store.find_session(session).await?.map(Arc::new)) });
        let known = known.await.map_err(|error| Error::Unavailable(Some(error.into())))?;
        let known = match known {
            Some(known) if self.sessions.is_doubted(session, known.1.id) => {
                self.store.find_session(session).await?.map(Arc::new)
            }
            known => known,
        };
        let (session, user) = known.as_deref().ok_or(Error::Unauthenticated)?;
        if !session.is_live(self.clock.now()) || user.deactivated_at.is_some() {
            return Err(Error::Unauthenticated);
        }
        Ok(Caller {
            user: user.id,
            organization: user.organization_id,
            role: user.role,
            credential: Credential::Session(session.id),
            scopes: Scopes::of_sign_in(),
        })
    }
}
