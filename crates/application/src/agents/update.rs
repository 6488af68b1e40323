use stead_domain::{
    AgentId,
    agent::{
        Agent, AgentKind, Description, Instructions, Knowledge, ModelName, OwnerVisibility, Temperature, ToolPolicy,
        ToolRounds, Visibility,
    },
    ports::store::{AgentChange, Change, Commit, Guard, StoreError, Versioned},
    text::{DisplayName, Handle},
};

use super::AgentRef;
use crate::{Application, Caller, Conflict, Error, Expected, TRIES};

/// What changes of an agent; what is absent stays, `Some(None)` clears.
#[derive(Debug, Clone, Default)]
pub struct AgentPatch {
    /// How it is addressed.
    pub handle: Option<Handle>,
    /// What it is called.
    pub display_name: Option<DisplayName>,
    /// Where its picture is.
    pub avatar_url: Option<Option<String>>,
    /// What it is for.
    pub description: Option<Description>,
    /// What the model is told first.
    pub instructions: Option<Instructions>,
    /// The model.
    pub model: Option<Option<ModelName>>,
    /// The sampling temperature.
    pub temperature: Option<Option<Temperature>>,
    /// Who may talk to it.
    pub visibility: Option<Visibility>,
    /// How much of others' threads its owner may read.
    pub owner_visibility: Option<OwnerVisibility>,
    /// What it may look things up in.
    pub knowledge: Option<Knowledge>,
    /// Whether its tools run by themselves.
    pub tool_policy: Option<ToolPolicy>,
    /// At most so many rounds of tool calls in a turn.
    pub max_tool_rounds: Option<ToolRounds>,
}

impl AgentPatch {
    fn apply(self, agent: &mut Agent) {
        let Self {
            handle,
            display_name,
            avatar_url,
            description,
            instructions,
            model,
            temperature,
            visibility,
            owner_visibility,
            knowledge,
            tool_policy,
            max_tool_rounds,
        } = self;
        replace(&mut agent.handle, handle);
        replace(&mut agent.display_name, display_name);
        replace(&mut agent.avatar_url, avatar_url);
        replace(&mut agent.description, description);
        replace(&mut agent.instructions, instructions);
        replace(&mut agent.model, model);
        replace(&mut agent.temperature, temperature);
        replace(&mut agent.visibility, visibility);
        replace(&mut agent.owner_visibility, owner_visibility);
        replace(&mut agent.knowledge, knowledge);
        replace(&mut agent.tool_policy, tool_policy);
        replace(&mut agent.max_tool_rounds, max_tool_rounds);
    }
}

fn replace<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

impl Application {
    /// Changes an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for who may see it but not change it; [`Conflict::HandleTaken`];
    /// [`Conflict::DefaultAgent`] where everyone's default would be hidden; [`Error::PreconditionFailed`].
    pub async fn update_agent(
        &self,
        caller: &Caller,
        id: AgentId,
        expected: Expected,
        patch: AgentPatch,
    ) -> Result<Agent, Error> {
        for _ in 0..TRIES {
            let mut agent = self.editable_agent(caller, id).await?;
            expected.check(agent.version)?;
            let mut guards = vec![caller.still_there(), Guard::Version(Versioned::Agent(id), agent.version)];
            patch.clone().apply(&mut agent);
            if agent.kind == AgentKind::Organization && agent.visibility == Visibility::Private {
                guards.insert(0, self.guard_not_default(caller, id).await?);
            }
            agent.version += 1;
            agent.updated_at = self.clock.now();
            let changes = vec![Change::Agent(AgentChange::Update(agent.clone()))];
            match self.commit(Commit { guards, changes, ..Commit::default() }).await {
                Ok(_) => return Ok(agent),
                Err(error @ StoreError::Refused(Guard::User { .. })) => return Err(error.into()),
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict(Conflict::TryAgain))
    }

    /// An agent that the caller may change.
    pub(crate) async fn editable_agent(&self, caller: &Caller, id: AgentId) -> Result<Agent, Error> {
        let agent = self.agent(caller, AgentRef::Id(id)).await?;
        if agent.is_editable_by(caller.user, caller.role) {
            Ok(agent)
        } else {
            Err(Error::Forbidden("only its owner, or for an agent of the organization an admin, changes an agent"))
        }
    }

    /// Holds as long as the agent is not the organization's default.
    pub(super) async fn guard_not_default(&self, caller: &Caller, id: AgentId) -> Result<Guard, Error> {
        let organization = self.organization(caller).await?;
        if organization.default_agent_id == id {
            return Err(Error::Conflict(Conflict::DefaultAgent));
        }
        Ok(Guard::Version(Versioned::Organization(organization.id), organization.version))
    }
}
