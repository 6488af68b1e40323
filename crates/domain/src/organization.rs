//! An organization: the wall around people, agents and what they say.

use crate::{AgentId, OrganizationId, Timestamp, text::DisplayName};

/// A tenant. Nothing of one organization is visible in another.
#[derive(Debug, Clone, PartialEq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// What it is called.
    pub name: DisplayName,
    /// The agent that answers where the API says `default`. Cannot be deleted.
    pub default_agent_id: AgentId,
    /// Raised by every change.
    pub version: i64,
    /// When it was founded.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
