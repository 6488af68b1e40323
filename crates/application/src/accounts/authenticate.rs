use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use stead_domain::{SessionId, session::Session, user::User};

use crate::{Application, Caller, Error};

/// How long a node believes what it last read of a session: a revocation elsewhere holds here within it.
const BELIEVED: Duration = Duration::from_secs(1);

/// Sessions and their users as last read, at most a second ago.
pub struct SessionCache(Cache<SessionId, Option<Arc<(Session, User)>>>);

impl SessionCache {
    pub fn new() -> Self {
        Self(Cache::builder().max_capacity(50_000).time_to_live(BELIEVED).build())
    }

    /// Forgets what was read of a session, so that what changed on this node holds on it at once.
    pub async fn forget(&self, session: SessionId) {
        self.0.invalidate(&session).await;
    }
}

impl Application {
    /// Who is behind an access token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a token that is not ours or has expired, a session that is over, or a user who was
    /// deactivated.
    pub async fn authenticate(&self, access_token: &str) -> Result<Caller, Error> {
        let session = self.access_tokens.session(access_token, self.clock.now()).ok_or(Error::Unauthenticated)?;
        let known = self
            .sessions
            .0
            .try_get_with(session, async { Ok::<_, Error>(self.store.find_session(session).await?.map(Arc::new)) });
        let known = known.await.map_err(|error| Error::Unavailable(Some(error.into())))?;
        let (session, user) = known.as_deref().ok_or(Error::Unauthenticated)?;
        if !session.is_live(self.clock.now()) || user.deactivated_at.is_some() {
            return Err(Error::Unauthenticated);
        }
        Ok(Caller { user: user.id, organization: user.organization_id, role: user.role, session: session.id })
    }
}
