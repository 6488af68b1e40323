//! An agent: a model with a name, instructions and rights, that answers in threads and rooms.

use crate::{
    AgentId, Invalid, OrganizationId, Timestamp, UserId,
    text::{DisplayName, Handle, Text},
    user::OrganizationRole,
};

/// What an agent is for, shown to people: up to 1,000 characters.
pub type Description = Text<0, 1_000>;
/// What the model is told before anything else: up to 40,000 characters.
pub type Instructions = Text<0, 40_000>;
/// A model's name at the endpoint: 1 to 200 characters.
pub type ModelName = Text<1, 200>;

/// An agent of an organization or of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Whose it is, and who answers for it.
    pub kind: AgentKind,
    /// Unique in the organization among agents.
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
    /// The sampling temperature; the model's own where absent.
    pub temperature: Option<Temperature>,
    /// Who may talk to it.
    pub visibility: Visibility,
    /// How much of others' threads with it its owner may read.
    pub owner_visibility: OwnerVisibility,
    /// What it may look things up in.
    pub knowledge: Knowledge,
    /// Whether its tools run by themselves.
    pub tool_policy: ToolPolicy,
    /// At most so many rounds of tool calls in a turn.
    pub max_tool_rounds: ToolRounds,
    /// Raised by every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was deleted; its threads stay readable.
    pub deleted_at: Option<Timestamp>,
}

/// Whose an agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentKind {
    /// The organization's: admins look after it.
    Organization,
    /// One person's.
    Personal {
        /// That person.
        owner: UserId,
    },
}

/// Who may talk to an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Its owner; of an organization's agent: admins.
    Private,
    /// Every member of the organization.
    Organization,
}

/// How much an owner may read of the threads that others have with their agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerVisibility {
    /// Everything.
    Full,
    /// That they exist: no messages.
    Metadata,
    /// Nothing.
    None,
}

/// What an agent may look things up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// Nothing beyond the conversation.
    None,
    /// The channels that everyone who reads its answer may read.
    SharedChannels,
}

/// Whether an agent's tools run by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolPolicy {
    /// They run.
    Auto,
    /// Each call waits for the person's approval.
    Ask,
    /// It has none.
    Off,
}

/// A sampling temperature, 0 to 2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Temperature(f64);

impl Temperature {
    /// Accepts 0 to 2.
    ///
    /// # Errors
    /// It is outside, or not a number.
    pub fn parse(value: f64) -> Result<Self, Invalid> {
        if (0.0..=2.0).contains(&value) { Ok(Self(value)) } else { Err(Invalid::new("must be from 0 to 2")) }
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// How many rounds of tool calls a turn may take, 0 to 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolRounds(u8);

impl ToolRounds {
    /// What an agent has unless it says otherwise.
    pub const DEFAULT: Self = Self(8);

    /// Accepts 0 to 32.
    ///
    /// # Errors
    /// It is outside.
    pub fn parse(value: i64) -> Result<Self, Invalid> {
        match u8::try_from(value) {
            Ok(rounds) if rounds <= 32 => Ok(Self(rounds)),
            Ok(_) | Err(_) => Err(Invalid::new("must be from 0 to 32")),
        }
    }

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Agent {
    /// The person it belongs to.
    pub fn owner(&self) -> Option<UserId> {
        match self.kind {
            AgentKind::Organization => None,
            AgentKind::Personal { owner } => Some(owner),
        }
    }

    /// Whether a member of its organization may see it and talk to it.
    pub fn is_visible_to(&self, user: UserId, role: OrganizationRole) -> bool {
        self.deleted_at.is_none() && (self.visibility == Visibility::Organization || self.is_editable_by(user, role))
    }

    /// Whether a member of its organization may change or delete it: an organization's agent by admins, a personal one
    /// by its owner alone.
    pub fn is_editable_by(&self, user: UserId, role: OrganizationRole) -> bool {
        match self.kind {
            AgentKind::Organization => role.is_admin(),
            AgentKind::Personal { owner } => owner == user,
        }
    }
}
