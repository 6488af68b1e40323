use std::time::Duration;

use secrecy::SecretString;
use stead_domain::agent::Temperature;

use crate::{
    files::{FileLimits, OrphanSettings},
    limits::LimitSettings,
    metering::ModelSettings,
    presence::PresenceSettings,
};

/// What the operator decides about the use cases.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Every key is derived from it.
    pub auth_secret: SecretString,
    /// Whether strangers may found an organization.
    pub new_organizations: bool,
    /// What hashing a password costs.
    pub password_cost: PasswordCost,
    /// What one principal may do in how much time.
    pub limits: LimitSettings,
    /// What files may take.
    pub files: FileLimits,
    /// When bytes that belong to no file are removed.
    pub orphans: OrphanSettings,
    /// How long a JSON caller waits for an answer before it gets the run.
    pub ai_wait: Duration,
    /// The sampling temperature of agents that name none; the model's own where absent.
    pub temperature: Option<Temperature>,
    /// Which models do what, and what they cost.
    pub models: ModelSettings,
    /// The size of the model's context, in tokens.
    pub context_tokens: u32,
    /// What of it is left free for the answer.
    pub answer_tokens: u32,
    /// When somebody counts as there.
    pub presence: PresenceSettings,
    /// How long after it was sent a message of a channel may be edited; zero: never.
    pub edit_window: Duration,
    /// How long events are kept.
    pub events_keep: Duration,
    /// How often the indexes are compared with everything that there is.
    pub index_walk_every: Duration,
    /// How long runs may go on after the server was asked to stop.
    pub shutdown_grace: Duration,
}

/// The cost of Argon2id (RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// In KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}
