use stead_domain::{
    McpServerId,
    ports::store::{Change, Commit, Guard, McpServerChange, StoreError, Versioned},
    user::OrganizationRole,
};

use crate::{Application, Caller, Conflict, Error, TRIES};

impl Application {
    /// Removes a server of tools: no agent has its tools any more. What was called stays on record.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for who is no admin.
    pub async fn delete_mcp_server(&self, caller: &Caller, id: McpServerId) -> Result<(), Error> {
        for _ in 0..TRIES {
            let server = self.mcp_server(caller, id).await?;
            let commit = Commit {
                guards: vec![
                    caller.still(OrganizationRole::Admin),
                    Guard::Version(Versioned::McpServer(id), server.version),
                ],
                changes: vec![
                    Change::McpServer(McpServerChange::Delete(id)),
                    self.tools_audit(caller, "mcp_server.deleted", id),
                ],
                ..Commit::default()
            };
            match self.commit(commit).await {
                Ok(_) => return Ok(()),
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }
}
