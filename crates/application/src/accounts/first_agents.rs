use stead_domain::{
    AgentId, OrganizationId, Timestamp,
    agent::{
        Agent, AgentKind, Description, Instructions, Knowledge, OwnerVisibility, ToolPolicy, ToolRounds, Visibility,
    },
    text::{DisplayName, Handle},
    user::User,
};

use crate::Error;

/// The agent that an organization begins with.
pub fn default_agent(id: AgentId, organization_id: OrganizationId, now: Timestamp) -> Result<Agent, Error> {
    Ok(Agent {
        handle: Handle::parse("stead").map_err(Error::internal)?,
        display_name: DisplayName::parse("Stead").map_err(Error::internal)?,
        kind: AgentKind::Organization,
        owner_visibility: OwnerVisibility::Metadata,
        ..blank_agent(id, organization_id, now)?
    })
}

/// A user's own agent: it has their handle, and members may talk to it.
pub fn own_agent(id: AgentId, user: &User, now: Timestamp) -> Result<Agent, Error> {
    let possessive = "'s Agent";
    let room = 100 - possessive.len();
    let name: String = user.display_name.as_str().chars().take(room).collect();
    Ok(Agent {
        handle: user.handle.clone(),
        display_name: DisplayName::parse(name + possessive).map_err(Error::internal)?,
        kind: AgentKind::Personal { owner: user.id },
        owner_visibility: OwnerVisibility::Full,
        ..blank_agent(id, user.organization_id, now)?
    })
}

fn blank_agent(id: AgentId, organization_id: OrganizationId, now: Timestamp) -> Result<Agent, Error> {
    Ok(Agent {
        id,
        organization_id,
        kind: AgentKind::Organization,
        handle: Handle::parse("agent").map_err(Error::internal)?,
        display_name: DisplayName::parse("Agent").map_err(Error::internal)?,
        avatar_url: None,
        description: Description::parse("").map_err(Error::internal)?,
        instructions: Instructions::parse("").map_err(Error::internal)?,
        model: None,
        temperature: None,
        visibility: Visibility::Organization,
        owner_visibility: OwnerVisibility::Metadata,
        knowledge: Knowledge::None,
        tool_policy: ToolPolicy::Ask,
        max_tool_rounds: ToolRounds::DEFAULT,
        version: 1,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    })
}
