use serde::Serialize;
use stead_domain::organization::{Organization, RetentionDays, TokenBudget};
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
    /// How many days messages are kept: older ones are gone, and with them threads in which nothing has happened since. Null: as
    /// long as nobody deletes them.
    #[schema(required = true, minimum = 1, maximum = 3650)]
    pub retention_days: Option<u16>,
    /// Whether agents answer.
    pub ai_enabled: bool,
    /// How many tokens agents may use in a calendar month in UTC, those of prompts and answers together. Null: without bound.
    #[schema(required = true, minimum = 1, maximum = 1_000_000_000_000_i64)]
    pub ai_budget: Option<i64>,
    /// The same for each user who has none of their own. Null: without bound.
    #[schema(required = true, minimum = 1, maximum = 1_000_000_000_000_i64)]
    pub ai_budget_per_user: Option<i64>,
    /// When it was founded.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl From<Organization> for OrganizationBody {
    fn from(organization: Organization) -> Self {
        let Organization {
            id,
            name,
            default_agent_id,
            retention,
            ai_enabled,
            ai_budget,
            ai_budget_per_user,
            version: _,
            created_at,
            updated_at,
        } = organization;
        Self {
            id: id.uuid(),
            name: name.into_string(),
            default_agent_id: default_agent_id.uuid(),
            retention_days: retention.map(RetentionDays::get),
            ai_enabled,
            ai_budget: ai_budget.map(TokenBudget::get),
            ai_budget_per_user: ai_budget_per_user.map(TokenBudget::get),
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
            retention_days: Some(365),
            ai_enabled: true,
            ai_budget: None,
            ai_budget_per_user: None,
            created_at: Time::sample(0),
            updated_at: Time::sample(0),
        }
    }
}
