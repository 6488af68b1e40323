use stead_domain::{
    api_key::ApiKey,
    page::{Page, Slice},
    ports::store::ApiKeyViewer,
};

use crate::{Application, Caller, Error};

impl Application {
    /// The caller's own keys and, for an admin, the organization's; expired ones too, revoked ones not.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn api_keys(&self, caller: &Caller, page: Page) -> Result<Slice<ApiKey>, Error> {
        let viewer = ApiKeyViewer { user: caller.user, is_admin: caller.role.is_admin() };
        Ok(self.store.list_api_keys(caller.organization, viewer, page).await?)
    }
}
