use stead_domain::{FileId, OrganizationId, ports::object_store::ObjectKey};

use crate::{Application, Error};

impl Application {
    /// Removes the bytes of a file that is gone. Those of one that is there stay, whoever asks.
    pub(crate) async fn remove_file_bytes(&self, organization: OrganizationId, file: FileId) -> Result<(), Error> {
        if !self.store.files_that_exist(&[file]).await?.is_empty() {
            return Ok(());
        }
        self.objects.delete(&ObjectKey::file(organization, file)).await?;
        Ok(())
    }
}
