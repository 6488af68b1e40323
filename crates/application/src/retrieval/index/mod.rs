//! Keeps the index of vectors up to date, wherever that is.
//!
//! What was given to it is noted in the database, source by source: so nothing is embedded twice, what is gone is found by
//! looking at the notes, and an index elsewhere can be compared with them. A note is written after the vectors: whoever dies
//! in between does the same again.
//!
//! What an organization may not, or not any more this month, have embedded is left out; the next walk takes it.

mod embed;
mod files;
mod gone;
mod messages;
mod surroundings;
mod sweep;

use async_trait::async_trait;
use stead_domain::{
    OrganizationId,
    ports::{
        store::{LogFollower, WalkThrough},
        vector_store::VectorStoreError,
    },
};

use crate::{
    Application, Error,
    log_follower::{Changed, Indexer},
};

/// How many messages, or files, are read and embedded together.
const MESSAGES: usize = 100;
const FILES: usize = 20;

/// The index of vectors.
#[derive(Debug)]
pub(crate) struct Vectors;

#[async_trait]
impl Indexer for Vectors {
    fn follower(&self) -> LogFollower {
        LogFollower::Vectors
    }

    async fn take(&self, application: &Application, changed: &Changed) -> Result<(), Error> {
        let mut messages: Vec<_> = changed.messages.iter().map(|one| one.message).collect();
        let mut files: Vec<_> = changed.files.iter().map(|one| one.file).collect();
        for (_, thread) in &changed.threads {
            messages.extend(application.messages_in(WalkThrough::Conversation(*thread)).await?);
            files.extend(application.files_in(WalkThrough::Conversation(*thread)).await?);
        }
        for (organization, conversation) in &changed.gone {
            application.remove_vectors_of(*organization, *conversation).await?;
            files.extend(application.files_in(WalkThrough::Conversation(*conversation)).await?);
        }
        for (organization, conversation) in &changed.outdated {
            application.remove_outdated_vectors_of(*organization, *conversation).await?;
        }
        for some in messages.chunks(MESSAGES) {
            files.extend(application.index_messages(some, changed.forced).await?);
        }
        files.sort_unstable();
        files.dedup();
        for some in files.chunks(FILES) {
            application.index_files(some, changed.forced).await?;
        }
        Ok(())
    }

    async fn sweep(
        &self,
        application: &Application,
        organization: Option<OrganizationId>,
        after: Option<String>,
    ) -> Result<Option<String>, Error> {
        application.sweep_vectors(organization, after).await
    }
}

impl Application {
    /// Has what an organization could not have embedded until now embedded. Where that cannot be asked for, the next walk
    /// does it.
    pub(crate) async fn index_what_was_left_out(&self, organization: OrganizationId) {
        if let Err(error) = self.store.ask_for_walk(LogFollower::Vectors, Some(organization), false).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(%organization, error, "what was left out of the index of vectors waits for the next walk");
        }
    }
}

/// What the index refuses for itself may be accepted of another; all else is worth waiting for, if only for an operator.
impl From<VectorStoreError> for Error {
    fn from(error: VectorStoreError) -> Self {
        match error {
            VectorStoreError::Rejected { .. } => Self::internal(error),
            VectorStoreError::Dimension { .. }
            | VectorStoreError::Unauthorized { .. }
            | VectorStoreError::Unavailable { .. } => Self::Unavailable(Some(Box::new(error))),
        }
    }
}
