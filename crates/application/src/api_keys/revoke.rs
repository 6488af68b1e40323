use stead_domain::{
    ApiKeyId,
    api_key::ApiKey,
    ports::store::{ApiKeyChange, AuditEntry, Change, Commit},
};

use crate::{Application, Caller, Error};

impl Application {
    /// Ends a key that the caller may see: on this node at once, elsewhere within a second.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for one that was revoked before.
    pub async fn revoke_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<(), Error> {
        let key = self.visible_api_key(caller, id).await?;
        let at = self.clock.now();
        let changes = vec![
            Change::ApiKey(ApiKeyChange::Revoke { key: key.id, at }),
            Change::Audit(self.api_key_audit(caller, "api_key.revoked", key.id)),
        ];
        self.commit(Commit { guards: vec![caller.still_there()], changes, ..Commit::default() }).await?;
        self.forget(key.id).await;
        Ok(())
    }

    /// A key that the caller may see and that was not revoked.
    pub(super) async fn visible_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<ApiKey, Error> {
        let (key, _) = self.store.find_api_key(id).await?.ok_or(Error::NotFound)?;
        let is_there = key.organization_id == caller.organization
            && key.is_visible_to(caller.user, caller.role.is_admin())
            && key.revoked_at.is_none();
        if is_there { Ok(key) } else { Err(Error::NotFound) }
    }

    /// A line in the audit log about a key.
    pub(super) fn api_key_audit(&self, caller: &Caller, action: &str, key: ApiKeyId) -> AuditEntry {
        AuditEntry {
            id: self.ids.next(),
            organization_id: caller.organization,
            actor: Some(caller.user),
            action: action.to_owned(),
            subject_id: key.uuid(),
            at: self.clock.now(),
        }
    }
}
