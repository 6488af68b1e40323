use serde::Serialize;
use stead_domain::agent::Agent;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AgentKindBody, KnowledgeBody, OwnerVisibilityBody, Time, ToolPolicyBody, VisibilityBody, page::page_body};

/// A model with a name, instructions and rights.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agent)]
pub struct AgentBody {
    /// Its id.
    pub id: Uuid,
    /// Its organization.
    pub organization_id: Uuid,
    /// Whose it is, if it is a person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub owner_user_id: Option<Uuid>,
    /// Whether it is the organization's or a person's.
    pub kind: AgentKindBody,
    /// Unique in the organization among agents.
    pub handle: String,
    /// What it is called.
    pub display_name: String,
    /// Where its picture is.
    #[schema(required = true)]
    pub avatar_url: Option<String>,
    /// What it is for.
    pub description: String,
    /// What the model is told before anything else.
    pub instructions: String,
    /// The model; absent: the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub model: Option<String>,
    /// The sampling temperature; absent: the model's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, required = false)]
    pub temperature: Option<f64>,
    /// Who may talk to it.
    pub visibility: VisibilityBody,
    /// How much of others' threads with it its owner may read.
    pub owner_visibility: OwnerVisibilityBody,
    /// What it may look things up in.
    pub knowledge: KnowledgeBody,
    /// Whether its tools run by themselves.
    pub tool_policy: ToolPolicyBody,
    /// At most so many rounds of tool calls in a turn.
    pub max_tool_rounds: u8,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl From<Agent> for AgentBody {
    fn from(agent: Agent) -> Self {
        let owner_user_id = agent.owner().map(Uuid::from);
        let Agent {
            id,
            organization_id,
            kind,
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
            version: _,
            created_at,
            updated_at,
            deleted_at: _,
        } = agent;
        Self {
            id: id.uuid(),
            organization_id: organization_id.uuid(),
            owner_user_id,
            kind: kind.into(),
            handle: handle.as_str().to_owned(),
            display_name: display_name.into_string(),
            avatar_url,
            description: description.into_string(),
            instructions: instructions.into_string(),
            model: model.map(|model| model.into_string()),
            temperature: temperature.map(|temperature| temperature.get()),
            visibility: visibility.into(),
            owner_visibility: owner_visibility.into(),
            knowledge: knowledge.into(),
            tool_policy: tool_policy.into(),
            max_tool_rounds: max_tool_rounds.get(),
            created_at: Time(created_at),
            updated_at: Time(updated_at),
        }
    }
}

impl AgentBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0003),
            organization_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0001),
            owner_user_id: Some(Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0002)),
            kind: AgentKindBody::Personal,
            handle: "librarian".to_owned(),
            display_name: "Librarian".to_owned(),
            avatar_url: None,
            description: "Knows where things are written.".to_owned(),
            instructions: "Answer briefly and name your sources.".to_owned(),
            model: None,
            temperature: Some(0.2),
            visibility: VisibilityBody::Private,
            owner_visibility: OwnerVisibilityBody::Metadata,
            knowledge: KnowledgeBody::None,
            tool_policy: ToolPolicyBody::Ask,
            max_tool_rounds: 8,
            created_at: Time::sample(0),
            updated_at: Time::sample(0),
        }
    }
}

page_body! {
    /// A page of agents, oldest to newest.
    pub struct AgentsBody as AgentList {
        /// The agents.
        agents: AgentBody,
    }
    from Agent, at |agent| agent.id.uuid()
}
