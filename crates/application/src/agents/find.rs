use stead_domain::{
    AgentId,
    agent::Agent,
    page::{Page, Slice},
    ports::store::AgentViewer,
};

use crate::{Application, Caller, Error};

/// How a request names an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentRef {
    /// The organization's default agent.
    Default,
    /// This one.
    Id(AgentId),
}

impl Application {
    /// An agent that the caller may see.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn agent(&self, caller: &Caller, agent: AgentRef) -> Result<Agent, Error> {
        let agent = self.agent_even_if_hidden(caller, agent).await?;
        if agent.is_visible_to(caller.user, caller.role) { Ok(agent) } else { Err(Error::NotFound) }
    }

    /// The agents that the caller may see.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn agents(&self, caller: &Caller, page: Page) -> Result<Slice<Agent>, Error> {
        let viewer = AgentViewer { user: caller.user, is_admin: caller.role.is_admin() };
        Ok(self.store.list_agents(caller.organization, viewer, page).await?)
    }

    /// An agent of the caller's organization, also one that was deleted or is no longer theirs to see: threads with it
    /// stay readable.
    pub(crate) async fn agent_even_if_hidden(&self, caller: &Caller, agent: AgentRef) -> Result<Agent, Error> {
        let id = match agent {
            AgentRef::Id(id) => id,
            AgentRef::Default => self.organization(caller).await?.default_agent_id,
        };
        self.store.find_agent(caller.organization, id).await?.ok_or(Error::NotFound)
    }
}
