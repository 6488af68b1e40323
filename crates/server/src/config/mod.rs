//! The configuration: `config/default.toml`, under the file named by `--config`, under the environment.
//!
//! It is read once, at start, and handed on by value; nothing else in the house looks at the environment.

mod auth;
mod auth_secret;
mod database;
mod environment;
mod error;
mod fields;
mod http_url;
mod layer;
mod limits;
mod llm;
mod log;
mod mcp;
mod metrics;
mod objects;
mod otel;
mod presence;
mod prices;
mod reading;
mod server;
mod span;
#[cfg(test)]
mod tests;
mod trusted_proxies;
mod validation;
mod vectors;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

pub use auth::{Argon2Config, AuthConfig};
pub use auth_secret::AuthSecretError;
pub use database::{DatabaseConfig, DatabaseUrl};
pub use error::ConfigError;
pub use http_url::HttpUrl;
pub use limits::LimitsConfig;
pub use llm::LlmConfig;
pub use log::{LogConfig, LogFormat};
pub use mcp::{McpConfig, StdioEnvironment};
pub use metrics::MetricsConfig;
pub use objects::{ObjectsConfig, ObjectsUrl};
pub use otel::OtelConfig;
pub use presence::PresenceConfig;
pub use prices::PriceList;
pub use server::ServerConfig;
pub use trusted_proxies::TrustedProxies;
pub use vectors::{VectorsConfig, VectorsUrl};

/// Every setting, typed and checked. `config/default.toml` explains them.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The folder of everything embedded.
    pub data_dir: PathBuf,
    /// Where and how HTTP is served.
    pub server: ServerConfig,
    /// Which database.
    pub database: DatabaseConfig,
    /// Where files are kept.
    pub objects: ObjectsConfig,
    /// Where embeddings are searched.
    pub vectors: VectorsConfig,
    /// The model that answers.
    pub llm: LlmConfig,
    /// Signing in.
    pub auth: AuthConfig,
    /// Addresses that users give.
    pub network: NetworkConfig,
    /// Servers of tools.
    pub mcp: McpConfig,
    /// What one principal may do in how much time.
    pub limits: LimitsConfig,
    /// Answers by agents.
    pub ai: AiConfig,
    /// What is said in channels.
    pub messages: MessagesConfig,
    /// The event log.
    pub events: EventsConfig,
    /// When somebody counts as there.
    pub presence: PresenceConfig,
    /// The indexes of words and of vectors.
    pub index: IndexConfig,
    /// What is logged.
    pub log: LogConfig,
    /// Who may read the figures.
    pub metrics: MetricsConfig,
    /// Where traces are sent.
    pub otel: OtelConfig,
}

/// Addresses that users give.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// Whether they may lead into private networks.
    pub allow_private: bool,
}

/// Answers by agents.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AiConfig {
    /// How long a JSON caller waits for an answer before it is told 202.
    #[serde(deserialize_with = "fields::span_within::<_, 0, 3_600_000>", serialize_with = "fields::show_span")]
    pub wait: Duration,
}

/// What is said in channels.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MessagesConfig {
    /// How long after it was sent a message may be edited; zero: never.
    #[serde(deserialize_with = "fields::span_within::<_, 0, 315_360_000_000>", serialize_with = "fields::show_span")]
    pub edit_window: Duration,
}

/// The event log.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EventsConfig {
    /// How long events are kept.
    #[serde(
        deserialize_with = "fields::span_within::<_, 60_000, 31_536_000_000>",
        serialize_with = "fields::show_span"
    )]
    pub keep: Duration,
}

/// The indexes of words and of vectors.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IndexConfig {
    /// How often they are compared with everything that there is.
    #[serde(
        deserialize_with = "fields::span_within::<_, 1_000, 31_536_000_000>",
        serialize_with = "fields::show_span"
    )]
    pub walk_every: Duration,
}

impl Config {
    /// Reads the file, if one is named, and the environment of this process.
    ///
    /// # Errors
    /// As [`Config::load`].
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_process(file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::load(file, std::env::vars_os())
    }

    /// Reads the defaults, the file over them, and these variables over both.
    ///
    /// # Errors
    /// [`ConfigError`], one line that names the setting and where it comes from.
    pub fn load<I>(file: Option<&Path>, environment: I) -> Result<Self, ConfigError>
    where
        I: IntoIterator<Item = (OsString, OsString)>,
    {
        let defaults = layer::Layer::defaults()?;
        let mut merged = defaults.clone();
        if let Some(path) = file {
            merged.overlay(layer::Layer::file(path, &defaults)?);
        }
        merged.overlay(environment::layer(environment, &defaults)?);
        merged.expand_data_dir();
        let config = reading::read(&merged)?;
        config.validate().map_err(|error| reading::name_origin(error, &merged))?;
        Ok(config)
    }

    /// What is in force, as TOML, without the secrets.
    ///
    /// # Errors
    /// Where a path cannot be written as text.
    pub fn to_redacted_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}
