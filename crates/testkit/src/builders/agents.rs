use stead_domain::{
    AgentId, OrganizationId,
    agent::{Agent, AgentKind, Knowledge, OwnerVisibility, ToolPolicy, ToolRounds, Visibility},
    organization::Organization,
    text::{Handle, Text},
    user::User,
};

use super::minted::{id, number_of, time_of};

/// An agent of the organization that every member may talk to.
pub fn agent(organization: &Organization) -> Agent {
    with_id(id(), organization.id)
}

/// The organization's default agent.
pub fn default_agent(organization: &Organization) -> Agent {
    with_id(organization.default_agent_id, organization.id)
}

/// A person's own agent that every member may talk to.
pub fn personal_agent(owner: &User) -> Agent {
    Agent { kind: AgentKind::Personal { owner: owner.id }, ..with_id(id(), owner.organization_id) }
}

fn with_id(id: AgentId, organization_id: OrganizationId) -> Agent {
    let number = number_of(id);
    Agent {
        id,
        organization_id,
        kind: AgentKind::Organization,
        handle: Handle::parse(&format!("agent-{number}")).unwrap(),
        display_name: Text::parse(format!("Agent {number}")).unwrap(),
        avatar_url: None,
        description: Text::parse("").unwrap(),
        instructions: Text::parse("Answer briefly.").unwrap(),
        model: None,
        temperature: None,
        visibility: Visibility::Organization,
        owner_visibility: OwnerVisibility::Metadata,
        knowledge: Knowledge::None,
        tool_policy: ToolPolicy::Ask,
        max_tool_rounds: ToolRounds::DEFAULT,
        version: 1,
        created_at: time_of(id),
        updated_at: time_of(id),
        deleted_at: None,
    }
}
