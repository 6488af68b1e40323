use stead_domain::{
    OrganizationId,
    ports::store::{Change, Commit, Committed, FileChange, LeftBy, Outcome},
};

use crate::{Application, Error};

/// How many files a commit removes.
const AT_ONCE: u32 = 100;

impl Application {
    /// Removes the files that nobody uses any more since something was deleted. Before what was deleted is purged: it is
    /// known by its attachments.
    pub(crate) async fn remove_unused_files(&self, organization: OrganizationId, left_by: LeftBy) -> Result<(), Error> {
        loop {
            let files = self.store.unused_files(left_by, AT_ONCE).await?;
            let removal = |file| Change::File(FileChange::DeleteUnused { file, left_by });
            let commit = Commit {
                changes: files.iter().copied().map(removal).collect(),
                // Of those that somebody attached meanwhile the bytes stay: the job asks.
                jobs: files.iter().map(|file| self.remove_bytes_job(organization, *file)).collect(),
                ..Commit::default()
            };
            if files.is_empty() {
                return Ok(());
            }
            let committed = self.commit(commit).await?;
            self.remove_vectors_of_files(&files).await;
            match committed {
                Committed::Done(outcomes) if outcomes.contains(&Outcome::Updated) => {}
                Committed::Done(_) | Committed::Replayed(_) => return Ok(()),
            }
        }
    }
}
