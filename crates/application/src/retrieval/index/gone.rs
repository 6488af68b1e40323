use std::collections::BTreeMap;

use stead_domain::{
    ConversationId, FileId, OrganizationId,
    ports::{store::EmbeddedSource, vector_store::VectorSource},
};

use super::FILES;
use crate::{Application, Error};

/// How many sources are removed at once.
const PAGE: u32 = 500;

impl Application {
    /// Removes the vectors of sources that are gone, then what was noted of them.
    pub(super) async fn remove_vectors(
        &self,
        gone: impl IntoIterator<Item = &EmbeddedSource> + Send,
    ) -> Result<(), Error> {
        let mut by_organization: BTreeMap<OrganizationId, Vec<VectorSource>> = BTreeMap::new();
        for one in gone {
            by_organization.entry(one.organization_id).or_default().push(one.source);
        }
        for (organization, sources) in by_organization {
            self.vectors.delete_sources(organization, &sources, 0).await?;
            self.store.forget_embedded(&sources).await?;
        }
        Ok(())
    }

    /// Removes the vectors of a conversation's messages.
    pub(super) async fn remove_vectors_of(
        &self,
        organization: OrganizationId,
        conversation: ConversationId,
    ) -> Result<(), Error> {
        loop {
            let noted = self.store.list_embedded_of(conversation, PAGE).await?;
            let ours: Vec<&EmbeddedSource> = noted.iter().filter(|one| one.organization_id == organization).collect();
            if ours.is_empty() {
                return Ok(());
            }
            self.remove_vectors(ours).await?;
        }
    }

    /// Removes the vectors of a conversation's oldest messages that are kept no longer. Ids sort by time: where none of the
    /// oldest is gone, nothing is.
    pub(super) async fn remove_outdated_vectors_of(
        &self,
        organization: OrganizationId,
        conversation: ConversationId,
    ) -> Result<(), Error> {
        loop {
            let noted = self.store.list_embedded_of(conversation, PAGE).await?;
            let ours: Vec<EmbeddedSource> =
                noted.into_iter().filter(|one| one.organization_id == organization).collect();
            if self.forget_what_is_gone(&ours).await? == 0 {
                return Ok(());
            }
        }
    }

    /// Removes all vectors of a deleted organization.
    pub(crate) async fn remove_vectors_of_organization(&self, organization: OrganizationId) -> Result<(), Error> {
        Ok(self.vectors.delete_organization(organization).await?)
    }

    /// Removes the vectors of those of these files that are gone. Where that cannot be done now, the next walk does it.
    pub(crate) async fn remove_vectors_of_files(&self, files: &[FileId]) {
        for some in files.chunks(FILES) {
            if let Err(error) = self.index_files(some, false).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the vectors of files that are gone were not removed yet");
            }
        }
    }
}
