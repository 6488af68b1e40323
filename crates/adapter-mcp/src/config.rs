//! What the operator decided about servers of tools.

use std::{fmt, time::Duration};

/// What the operator decided.
#[derive(Debug, Clone)]
pub struct McpConfig {
    /// Whether addresses that users give may lead into private networks.
    pub allow_private: bool,
    /// How processes are started; none: they are not.
    pub stdio: Option<StdioConfig>,
    /// So many servers are kept connected at once; more wait until one is idle.
    pub max_connections: usize,
    /// A connection that nobody used for so long is closed.
    pub idle_timeout: Duration,
}

/// How processes are started.
#[derive(Clone)]
pub struct StdioConfig {
    /// Their `PATH`, by which programs are found.
    pub path: String,
    /// The rest of their environment. The values may be secret.
    pub environment: Vec<(String, String)>,
}

impl fmt::Debug for StdioConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.environment.iter().map(|(name, _)| name).collect();
        f.debug_struct("StdioConfig").field("path", &self.path).field("environment", &names).finish()
    }
}

impl Default for McpConfig {
    fn default() -> Self {
        Self { allow_private: false, stdio: None, max_connections: 64, idle_timeout: Duration::from_secs(300) }
    }
}
