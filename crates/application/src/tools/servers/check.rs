use stead_domain::{
    McpServerId,
    mcp_server::McpServer,
    ports::{
        store::{Change, Commit, Guard, McpServerChange, StoreError, Versioned},
        tool_server::ToolServerErrorKind,
    },
    user::OrganizationRole,
};

use super::{
    super::{acceptance::accepted, listings::Tool},
    tools::reason,
};
use crate::{Application, Caller, Conflict, Error};

/// What a look at a server of tools came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It answers.
    Reachable {
        /// How many tools it has.
        tools: usize,
        /// Those that are not what was accepted.
        changed: Vec<String>,
    },
    /// It cannot be used.
    Unreachable {
        /// What kind of failure it was.
        kind: ToolServerErrorKind,
        /// Why, in words for an admin.
        reason: String,
    },
}

impl Application {
    /// Looks whether a server of tools can be used, and accepts the definitions of its tools as they are now if told to.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for who is no admin; [`Conflict::TryAgain`] if it was changed meanwhile.
    pub async fn check_mcp_server(
        &self,
        caller: &Caller,
        id: McpServerId,
        accept_changes: bool,
    ) -> Result<Checked, Error> {
        let server = self.mcp_server(caller, id).await?;
        let listed = match self.list_now(&server).await {
            Ok(listed) => listed,
            Err(error) => return Ok(Checked::Unreachable { kind: error.kind, reason: reason(&error) }),
        };
        if accept_changes {
            self.accept_as_listed(caller, &server, &listed).await?;
            return Ok(Checked::Reachable { tools: listed.len(), changed: Vec::new() });
        }
        let judged = self.judged(&server, &listed).await?;
        let changed = judged.into_iter().filter(|tool| tool.changed).map(|tool| tool.definition.name);
        Ok(Checked::Reachable { tools: listed.len(), changed: changed.collect() })
    }

    async fn accept_as_listed(&self, caller: &Caller, server: &McpServer, listed: &[Tool]) -> Result<(), Error> {
        let tools = accepted(&listed.iter().collect::<Vec<_>>());
        let change = McpServerChange::AcceptOnly { server: server.id, organization: caller.organization, tools };
        let commit = Commit {
            guards: vec![
                caller.still(OrganizationRole::Admin),
                Guard::Version(Versioned::McpServer(server.id), server.version),
            ],
            changes: vec![Change::McpServer(change), self.tools_audit(caller, "mcp_server.tools_accepted", server.id)],
            ..Commit::default()
        };
        match self.commit(commit).await {
            Ok(_) => Ok(()),
            Err(error @ StoreError::Refused(Guard::User { .. })) => Err(error.into()),
            Err(StoreError::Refused(_)) => Err(Error::Conflict(Conflict::TryAgain)),
            Err(error) => Err(error.into()),
        }
    }
}
