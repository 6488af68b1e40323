use stead_domain::{
    AgentId,
    membership::Participant,
    ports::store::{AgentChange, Change, Commit, Guard, StoreError, Versioned},
};

use crate::{Application, Caller, Conflict, Error, TRIES};

impl Application {
    /// Deletes an agent. Its threads stay readable; its handle is free again, and it is in no channel any more.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`]; [`Conflict::DefaultAgent`].
    pub async fn delete_agent(&self, caller: &Caller, id: AgentId) -> Result<(), Error> {
        for _ in 0..TRIES {
            let mut agent = self.editable_agent(caller, id).await?;
            let guards = vec![
                self.guard_not_default(caller, id).await?,
                caller.still_there(),
                Guard::Version(Versioned::Agent(id), agent.version),
            ];
            agent.version += 1;
            let now = self.clock.now();
            agent.deleted_at = Some(now);
            let changes = vec![Change::Agent(AgentChange::Update(agent))];
            let jobs = vec![self.tell_rooms_job(caller.organization, Participant::Agent(id), now)];
            match self.commit(Commit { guards, changes, jobs, ..Commit::default() }).await {
                Ok(_) => return Ok(()),
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }
}
