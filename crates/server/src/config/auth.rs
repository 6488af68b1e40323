//! `[auth]`: the secret all keys are derived from, who may found an organization, what a password costs.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::fields;

/// Signing in.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AuthConfig {
    /// As configured; `Config::auth_secret` gives the one that counts.
    #[serde(deserialize_with = "fields::secret", serialize_with = "fields::show_redacted")]
    pub secret: Option<SecretString>,
    /// Whether strangers may found an organization.
    pub new_organizations: bool,
    /// What hashing a password costs.
    pub argon2: Argon2Config,
}

/// What hashing a password costs.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Argon2Config {
    /// Memory, in KiB.
    #[serde(deserialize_with = "fields::within::<_, _, 8, 4_194_304>")]
    pub memory_kib: u32,
    /// Rounds.
    #[serde(deserialize_with = "fields::within::<_, _, 1, 100>")]
    pub iterations: u32,
    /// Lanes.
    #[serde(deserialize_with = "fields::within::<_, _, 1, 64>")]
    pub parallelism: u32,
}
