use stead_domain::{
    AgentId,
    ports::store::{AgentChange, Change, Commit, Guard, StoreError, Versioned},
};

use crate::{Application, Caller, Conflict, Error, TRIES};

impl Application {
    /// Deletes an agent. Its threads stay readable; its handle is free again.
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
            agent.deleted_at = Some(self.clock.now());
            let changes = vec![Change::Agent(AgentChange::Update(agent))];
            match self.commit(Commit { guards, changes, ..Commit::default() }).await {
                Ok(_) => return Ok(()),
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }
}
