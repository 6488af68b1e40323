use serde::Serialize;
use stead_domain::organization::Organization;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Time;

/// The wall around people, agents and what they say.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organization)]
pub struct OrganizationBody {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The agent that answers where a path says `default`.
    pub default_agent_id: Uuid,
    /// When it was founded.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl From<Organization> for OrganizationBody {
    fn from(organization: Organization) -> Self {
        let Organization { id, name, default_agent_id, version: _, created_at, updated_at } = organization;
        Self {
            id: id.uuid(),
            name: name.into_string(),
            default_agent_id: default_agent_id.uuid(),
            created_at: Time(created_at),
            updated_at: Time(updated_at),
        }
    }
}

impl OrganizationBody {
    /// An example for the document.
    pub fn sample() -> Self {
        Self {
            id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0001),
            name: "Example".to_owned(),
            default_agent_id: Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0004),
            created_at: Time::sample(0),
            updated_at: Time::sample(0),
        }
    }
}
