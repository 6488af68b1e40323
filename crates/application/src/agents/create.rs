use stead_domain::{
    AgentId,
    agent::{
        Agent, AgentKind, Description, Instructions, Knowledge, ModelName, OwnerVisibility, Temperature, ToolPolicy,
        ToolRounds, Visibility,
    },
    ports::store::{AgentChange, Change, Commit, Committed},
    text::{DisplayName, Handle},
    user::OrganizationRole,
};

use super::AgentRef;
use crate::{
    Application, Caller, Error, Made,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
};

/// An agent to be made.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// Whether it is to be the organization's rather than the caller's own.
    pub of_organization: bool,
    /// How it is addressed.
    pub handle: Handle,
    /// What it is called.
    pub display_name: DisplayName,
    /// Where its picture is.
    pub avatar_url: Option<String>,
    /// What it is for.
    pub description: Description,
    /// What the model is told first.
    pub instructions: Instructions,
    /// The model; the configured one where absent.
    pub model: Option<ModelName>,
    /// The sampling temperature.
    pub temperature: Option<Temperature>,
    /// Who may talk to it; absent: an organization's agent everyone, a personal one its owner.
    pub visibility: Option<Visibility>,
    /// How much of others' threads its owner may read.
    pub owner_visibility: OwnerVisibility,
    /// What it may look things up in.
    pub knowledge: Knowledge,
    /// Whether its tools run by themselves.
    pub tool_policy: ToolPolicy,
    /// At most so many rounds of tool calls in a turn.
    pub max_tool_rounds: ToolRounds,
}

impl Application {
    /// Makes an agent.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for an organization's agent by who is no admin;
    /// [`Conflict::HandleTaken`](crate::Conflict::HandleTaken).
    pub async fn create_agent(
        &self,
        caller: &Caller,
        new: NewAgent,
        request: Option<KeyedRequest>,
    ) -> Result<Made<Agent>, Error> {
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.agent_made_before(caller, AgentId::new(made)).await;
        }
        if new.of_organization && !caller.role.is_admin() {
            return Err(Error::Forbidden("only admins make agents of the organization"));
        }
        let now = self.clock.now();
        let (kind, usual_visibility, least_role) = if new.of_organization {
            (AgentKind::Organization, Visibility::Organization, OrganizationRole::Admin)
        } else {
            (AgentKind::Personal { owner: caller.user }, Visibility::Private, OrganizationRole::Member)
        };
        let agent = Agent {
            id: AgentId::new(self.ids.next()),
            organization_id: caller.organization,
            kind,
            handle: new.handle,
            display_name: new.display_name,
            avatar_url: new.avatar_url,
            description: new.description,
            instructions: new.instructions,
            model: new.model,
            temperature: new.temperature,
            visibility: new.visibility.unwrap_or(usual_visibility),
            owner_visibility: new.owner_visibility,
            knowledge: new.knowledge,
            tool_policy: new.tool_policy,
            max_tool_rounds: new.max_tool_rounds,
            version: 1,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        };
        let commit = Commit {
            idempotency: self.remember(caller, request.as_ref(), agent.id),
            guards: vec![caller.still(least_role)],
            changes: vec![Change::Agent(AgentChange::Insert(agent.clone()))],
            ..Commit::default()
        };
        match (self.commit(commit).await?, request) {
            (Committed::Done(_), _) => Ok(Made { value: agent, replayed: false }),
            (Committed::Replayed(record), Some(request)) => {
                self.agent_made_before(caller, AgentId::new(same_request(&request, &record)?)).await
            }
            (Committed::Replayed(_), None) => Err(replayed_without_key()),
        }
    }

    async fn agent_made_before(&self, caller: &Caller, id: AgentId) -> Result<Made<Agent>, Error> {
        let value = self.agent(caller, AgentRef::Id(id)).await?;
        Ok(Made { value, replayed: true })
    }
}
