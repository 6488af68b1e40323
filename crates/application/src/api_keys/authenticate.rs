use stead_domain::{
    ApiKeyId, Timestamp,
    ports::store::{ApiKeyChange, Change, Commit},
};
use subtle::ConstantTimeEq;

use super::secret;
use crate::{Application, Caller, Credential, Error};

impl Application {
    /// Who is behind an API key.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a text that is no key or not one of ours, for a key that was revoked or has expired,
    /// and where its user was deactivated.
    pub(crate) async fn authenticate_api_key(&self, text: &str) -> Result<Caller, Error> {
        let (id, presented) = secret::read(text).ok_or(Error::Unauthenticated)?;
        let known = self.api_keys.find(&*self.store, id).await?.ok_or(Error::Unauthenticated)?;
        let (key, user) = &*known;
        let is_right = bool::from(key.secret_hash.0.ct_eq(&presented.0));
        let now = self.clock.now();
        if !is_right || !key.is_live(now) || user.deactivated_at.is_some() {
            return Err(Error::Unauthenticated);
        }
        if self.api_keys.is_to_be_noted(key, now).await {
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

    /// Forgets what was read of what the caller came with, so that what they changed of themselves holds on this node at
    /// once.
    pub(crate) async fn forget_credential(&self, caller: &Caller) {
        match caller.credential {
            Credential::Session(session) => self.sessions.forget(session).await,
            Credential::ApiKey(key) => self.api_keys.forget(key).await,
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
