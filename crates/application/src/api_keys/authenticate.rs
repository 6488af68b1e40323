use std::{sync::Arc, time::Duration};

use stead_domain::{
    ApiKeyId, Timestamp,
    api_key::ApiKey,
    ports::store::{ApiKeyChange, Change, Commit},
    user::User,
};
use subtle::ConstantTimeEq;

use super::secret;
use crate::{Application, Caller, Credential, Error, believed::BELIEVED};

impl Application {
    /// Who is behind an API key.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a text that is no key or not one of ours, for a key that was revoked or has expired,
    /// and where its user was deactivated.
    pub(crate) async fn authenticate_api_key(&self, text: &str) -> Result<Caller, Error> {
        let (id, presented) = secret::read(text).ok_or(Error::Unauthenticated)?;
        let known = self.live_api_key(id, BELIEVED).await?.ok_or(Error::Unauthenticated)?;
        let (key, user) = &*known;
        if !bool::from(key.secret_hash.0.ct_eq(&presented.0)) {
            return Err(Error::Unauthenticated);
        }
        let now = self.clock.now();
        if self.api_key_uses.is_to_be_noted(key, now).await {
            self.note_use(id, now);
        }
        Ok(Caller {
            user: user.id,
            organization: user.organization_id,
            role: user.role,
            credential: Credential::ApiKey(id),
            scopes: key.scopes,
        })
    }

    /// A key that is neither revoked nor expired, of a user who may come in; from a reading no older than asked.
    pub(crate) async fn live_api_key(
        &self,
        id: ApiKeyId,
        no_older: Duration,
    ) -> Result<Option<Arc<(ApiKey, User)>>, Error> {
        let known = self.api_keys.find(id, no_older, || self.store.find_api_key(id)).await?;
        let now = self.clock.now();
        Ok(known.filter(|known| known.0.is_live(now) && known.1.deactivated_at.is_none()))
    }

    /// Forgets what was read of what the caller came with, so that what they changed of themselves holds on this node at
    /// once.
    pub(crate) async fn forget_credential(&self, caller: &Caller) {
        match caller.credential {
            Credential::Session(session) => self.forget(session).await,
            Credential::ApiKey(key) => self.forget(key).await,
        }
    }

    /// Writes down that a key was used, while the request goes on.
    fn note_use(&self, key: ApiKeyId, at: Timestamp) {
        let application = self.clone();
        self.background.spawn(async move {
            let changes = vec![Change::ApiKey(ApiKeyChange::Touch { key, at })];
            if let Err(error) = application.commit(Commit { changes, ..Commit::default() }).await {
                tracing::warn!(%key, error = &error as &dyn std::error::Error, "the use of an API key could not be noted");
            }
        });
    }
}
