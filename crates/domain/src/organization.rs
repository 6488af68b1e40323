//! An organization: the wall around people, agents and what they say.

use std::time::Duration;

use crate::{AgentId, Invalid, OrganizationId, Timestamp, text::DisplayName};

/// A tenant. Nothing of one organization is visible in another.
#[derive(Debug, Clone, PartialEq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// What it is called.
    pub name: DisplayName,
    /// The agent that answers where the API says `default`. Cannot be deleted.
    pub default_agent_id: AgentId,
    /// How long messages are kept; as long as nobody deletes them where absent.
    pub retention: Option<RetentionDays>,
    /// Whether its agents answer.
    pub ai_enabled: bool,
    /// What the model may use in a month; without bound where absent.
    pub ai_budget: Option<TokenBudget>,
    /// What it may use in a month for each user who has no budget of their own; without bound where absent.
    pub ai_budget_per_user: Option<TokenBudget>,
    /// Raised by every change.
    pub version: i64,
    /// When it was founded.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How long messages are kept: 1 to 3,650 days of 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionDays(u16);

impl RetentionDays {
    /// Accepts 1 to 3,650.
    ///
    /// # Errors
    /// It is outside.
    pub fn parse(days: i64) -> Result<Self, Invalid> {
        match u16::try_from(days) {
            Ok(days @ 1..=3_650) => Ok(Self(days)),
            Ok(_) | Err(_) => Err(Invalid::new("must be from 1 to 3650")),
        }
    }

    /// The number.
    pub fn get(self) -> u16 {
        self.0
    }

    /// The same as a time.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0) * 24 * 60 * 60)
    }
}

/// How many tokens may be used in a calendar month in UTC, those of the prompts and those of the answers together: 1 to
/// 1,000,000,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBudget(i64);

impl TokenBudget {
    /// Accepts 1 to 1,000,000,000,000.
    ///
    /// # Errors
    /// It is outside.
    pub fn parse(tokens: i64) -> Result<Self, Invalid> {
        match tokens {
            1..=1_000_000_000_000 => Ok(Self(tokens)),
            _ => Err(Invalid::new("must be from 1 to 1000000000000")),
        }
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}
