use std::{sync::Arc, time::Duration};

use stead_domain::{SessionId, session::Session, user::User};
use uuid::Uuid;

use crate::{Application, Caller, Error, api_keys, believed::BELIEVED};

impl Application {
    /// Forgets what was read of a session, a key, a user or an organization, so that what changed of it on this node holds
    /// on it at once.
    pub(crate) async fn forget(&self, subject: impl Into<Uuid>) {
        self.changes.note(subject.into()).await;
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
        let known = self.live_session(session, BELIEVED).await?.ok_or(Error::Unauthenticated)?;
        Ok(Caller::signed_in(&known.0, &known.1))
    }

    /// A session that is not over, of a user who may come in; from a reading no older than asked.
    pub(crate) async fn live_session(
        &self,
        id: SessionId,
        no_older: Duration,
    ) -> Result<Option<Arc<(Session, User)>>, Error> {
        let known = self.sessions.find(id, no_older, || self.store.find_session(id)).await?;
        let now = self.clock.now();
        Ok(known.filter(|known| known.0.is_live(now) && known.1.deactivated_at.is_none()))
    }
}
