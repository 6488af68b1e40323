use stead_domain::{
    AgentId, Invalid, McpServerId,
    agent::{Agent, AgentKind},
    mcp_server::{MAX_SERVERS_OF_AGENT, McpServer, ToolGrant},
    ports::store::{AgentToolsChange, Change, Commit, Guard, StoreError},
    user::OrganizationRole,
};

use crate::{Application, Caller, Conflict, Error, TRIES, agents::AgentRef};

/// What an agent may call.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentTools {
    /// By server.
    pub servers: Vec<GrantedServer>,
}

/// What an agent may call of a server.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantedServer {
    /// The server.
    pub server: McpServer,
    /// What of it.
    pub grant: ToolGrant,
}

impl Application {
    /// What an agent that the caller may change may call.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for who may see the agent but not change it.
    pub async fn agent_tools(&self, caller: &Caller, id: AgentId) -> Result<AgentTools, Error> {
        self.editable_agent(caller, id).await?;
        self.tools_granted_to(caller, id).await
    }

    /// Says what an agent may call from now on: this, and nothing else.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the agent or a server; [`Error::Forbidden`] for who may see the agent but not change it;
    /// [`Error::Invalid`] for a server that is named twice, or too many.
    pub async fn set_agent_tools(
        &self,
        caller: &Caller,
        id: AgentId,
        mut grants: Vec<ToolGrant>,
    ) -> Result<AgentTools, Error> {
        // In one order for all, so that no two commits wait for each other.
        grants.sort_by_key(|grant| grant.server);
        check(&grants)?;
        for _ in 0..TRIES {
            self.agent(caller, AgentRef::Id(id)).await?;
            for grant in &grants {
                self.mcp_server_of(caller, grant.server).await?;
            }
            let agent = self.editable_agent(caller, id).await?;
            let guards =
                [caller.still(least_role(&agent)), Guard::Agent { organization: caller.organization, agent: id }];
            let servers =
                grants.iter().map(|grant| Guard::McpServer { organization: caller.organization, server: grant.server });
            let change = AgentToolsChange { agent: id, organization: caller.organization, grants: grants.clone() };
            let commit = Commit {
                guards: guards.into_iter().chain(servers).collect(),
                changes: vec![Change::AgentTools(change), self.tools_audit(caller, "agent.tools_granted", id)],
                ..Commit::default()
            };
            match self.commit(commit).await {
                Ok(_) => return self.tools_granted_to(caller, id).await,
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    async fn tools_granted_to(&self, caller: &Caller, id: AgentId) -> Result<AgentTools, Error> {
        let granted = self.store.list_tool_grants(caller.organization, id).await?;
        Ok(AgentTools { servers: granted.into_iter().map(|(server, grant)| GrantedServer { server, grant }).collect() })
    }

    /// A server of the caller's organization.
    pub(super) async fn mcp_server_of(&self, caller: &Caller, id: McpServerId) -> Result<McpServer, Error> {
        self.store.find_mcp_server(caller.organization, id).await?.ok_or(Error::NotFound)
    }
}

/// Who may change it as long as they have this role.
fn least_role(agent: &Agent) -> OrganizationRole {
    match agent.kind {
        AgentKind::Organization => OrganizationRole::Admin,
        AgentKind::Personal { .. } => OrganizationRole::Member,
    }
}

/// Of grants in the order of their servers.
fn check(grants: &[ToolGrant]) -> Result<(), Error> {
    if grants.len() > MAX_SERVERS_OF_AGENT {
        return Err(Error::invalid("servers", Invalid::new(format!("must be at most {MAX_SERVERS_OF_AGENT}"))));
    }
    if grants.windows(2).any(|pair| matches!(pair, [one, other] if one.server == other.server)) {
        return Err(Error::invalid("servers", Invalid::new("must name each server once")));
    }
    Ok(())
}
