use serde::{Deserialize, Serialize};
use stead_domain::agent::{AgentKind, Knowledge, OwnerVisibility, ToolPolicy, Visibility};
use utoipa::ToSchema;

/// Whose an agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AgentKind)]
pub enum AgentKindBody {
    Organization,
    Personal,
}

impl From<AgentKind> for AgentKindBody {
    fn from(kind: AgentKind) -> Self {
        match kind {
            AgentKind::Organization => Self::Organization,
            AgentKind::Personal { owner: _ } => Self::Personal,
        }
    }
}

/// Who may talk to an agent: its owner (of an organization's agent: admins), or every member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Visibility)]
pub enum VisibilityBody {
    Private,
    Organization,
}

impl From<Visibility> for VisibilityBody {
    fn from(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Private => Self::Private,
            Visibility::Organization => Self::Organization,
        }
    }
}

impl From<VisibilityBody> for Visibility {
    fn from(visibility: VisibilityBody) -> Self {
        match visibility {
            VisibilityBody::Private => Self::Private,
            VisibilityBody::Organization => Self::Organization,
        }
    }
}

/// How much of the threads that others have with an agent its owner may read: everything, that they exist, nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OwnerVisibility)]
pub enum OwnerVisibilityBody {
    Full,
    Metadata,
    None,
}

impl From<OwnerVisibility> for OwnerVisibilityBody {
    fn from(visibility: OwnerVisibility) -> Self {
        match visibility {
            OwnerVisibility::Full => Self::Full,
            OwnerVisibility::Metadata => Self::Metadata,
            OwnerVisibility::None => Self::None,
        }
    }
}

impl From<OwnerVisibilityBody> for OwnerVisibility {
    fn from(visibility: OwnerVisibilityBody) -> Self {
        match visibility {
            OwnerVisibilityBody::Full => Self::Full,
            OwnerVisibilityBody::Metadata => Self::Metadata,
            OwnerVisibilityBody::None => Self::None,
        }
    }
}

/// What an agent may look things up in, beyond the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Knowledge)]
pub enum KnowledgeBody {
    None,
    SharedChannels,
}

impl From<Knowledge> for KnowledgeBody {
    fn from(knowledge: Knowledge) -> Self {
        match knowledge {
            Knowledge::None => Self::None,
            Knowledge::SharedChannels => Self::SharedChannels,
        }
    }
}

impl From<KnowledgeBody> for Knowledge {
    fn from(knowledge: KnowledgeBody) -> Self {
        match knowledge {
            KnowledgeBody::None => Self::None,
            KnowledgeBody::SharedChannels => Self::SharedChannels,
        }
    }
}

/// Whether an agent's tools run by themselves, wait for the person's approval, or are off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ToolPolicy)]
pub enum ToolPolicyBody {
    Auto,
    Ask,
    Off,
}

impl From<ToolPolicy> for ToolPolicyBody {
    fn from(policy: ToolPolicy) -> Self {
        match policy {
            ToolPolicy::Auto => Self::Auto,
            ToolPolicy::Ask => Self::Ask,
            ToolPolicy::Off => Self::Off,
        }
    }
}

impl From<ToolPolicyBody> for ToolPolicy {
    fn from(policy: ToolPolicyBody) -> Self {
        match policy {
            ToolPolicyBody::Auto => Self::Auto,
            ToolPolicyBody::Ask => Self::Ask,
            ToolPolicyBody::Off => Self::Off,
        }
    }
}
