use stead_domain::{
    FileId, JobId, OrganizationId,
    event::EventKind,
    job::{NewJob, Task},
    ports::store::{Change, Commit, FileChange},
};

use super::{process::file_event, read::reader};
use crate::{Application, Caller, Error};

impl Application {
    /// Deletes a file of the caller's own: it is gone at once, from wherever it is attached too; its bytes go by a job.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for a file that somebody else uploaded.
    pub async fn delete_file(&self, caller: &Caller, id: FileId) -> Result<(), Error> {
        let found = self.store.find_readable_file(reader(caller), id).await?;
        let (file, _) = found.ok_or(Error::NotFound)?;
        if file.uploaded_by != caller.user {
            return Err(Error::Forbidden("only whoever uploaded a file deletes it"));
        }
        let commit = Commit {
            guards: vec![caller.still_there()],
            changes: vec![Change::File(FileChange::Delete(id))],
            events: vec![file_event(&file, EventKind::FileDeleted, file.version + 1, self.clock.now())],
            jobs: vec![self.remove_bytes_job(caller.organization, id)],
            ..Commit::default()
        };
        self.commit(commit).await?;
        Ok(())
    }

    pub(super) fn remove_bytes_job(&self, organization: OrganizationId, file: FileId) -> NewJob {
        NewJob {
            id: JobId::new(self.ids.next()),
            organization_id: organization,
            task: Task::RemoveFileBytes(file),
            run_at: self.clock.now(),
        }
    }
}
