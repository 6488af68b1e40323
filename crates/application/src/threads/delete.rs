use stead_domain::{
    ConversationId, JobId,
    event::EventKind,
    job::{NewJob, Task},
    ports::store::{Change, Commit, Guard, StoreError, ThreadChange},
};

use super::create::thread_event;
use crate::{Application, Caller, Error, agents::AgentRef};

impl Application {
    /// Deletes a thread of the caller's own: gone at once, its runs stopped; its rows are purged by a job.
    ///
    /// # Errors
    /// [`Error::NotFound`], also when it was deleted a moment ago.
    pub async fn delete_thread(&self, caller: &Caller, agent: AgentRef, id: ConversationId) -> Result<(), Error> {
        let (mut thread, _) = self.own_thread(caller, agent, id).await?;
        let now = self.clock.now();
        thread.updated_at = now;
        let job = NewJob {
            id: JobId::new(self.ids.next()),
            organization_id: caller.organization,
            task: Task::PurgeConversation(id),
            run_at: now,
        };
        let commit = Commit {
            guards: vec![Guard::Thread { organization: caller.organization, conversation: id }, caller.still_there()],
            changes: vec![Change::Thread(ThreadChange::Delete { conversation: id, at: now })],
            events: vec![thread_event(&thread, EventKind::ThreadDeleted)],
            jobs: vec![job],
            ..Commit::default()
        };
        match self.commit(commit).await {
            Ok(_) => {
                self.live.drop_conversation(id);
                Ok(())
            }
            Err(StoreError::Refused(Guard::Thread { .. })) => Err(Error::NotFound),
            Err(error) => Err(error.into()),
        }
    }
}
