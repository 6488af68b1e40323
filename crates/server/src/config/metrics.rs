//! `[metrics]`: who may read the figures. By default nobody.

use std::net::SocketAddr;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::fields;

/// Who may read the figures.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsConfig {
    /// An address of their own, where everybody who reaches it may.
    #[serde(deserialize_with = "fields::optional", serialize_with = "fields::show_optional")]
    pub listen: Option<SocketAddr>,
    /// On the main port, whoever has this token.
    #[serde(deserialize_with = "fields::secret", serialize_with = "fields::show_redacted")]
    pub token: Option<SecretString>,
}

impl MetricsConfig {
    /// Whether figures are gathered at all.
    pub fn is_on(&self) -> bool {
        self.listen.is_some() || self.token.is_some()
    }
}
