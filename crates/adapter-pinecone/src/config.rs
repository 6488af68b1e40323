//! What the adapter is told.

use std::time::Duration;

use secrecy::SecretString;
use stead_outbound::BreakerConfig;
use url::Url;

/// Which index is asked, and how patiently.
#[derive(Debug, Clone)]
pub struct PineconeConfig {
    address: Url,
    pub(crate) api_key: SecretString,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How often to ask again.
    pub retries: Retries,
    /// When to leave a failing index alone.
    pub breaker: BreakerConfig,
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the answer to a query, with everything that takes: somebody waits for it.
    pub query: Duration,
    /// For the answer to one request that writes or lists: nobody waits.
    pub write: Duration,
}

/// How often to ask again.
#[derive(Debug, Clone, Copy)]
pub struct Retries {
    /// At most.
    pub most: usize,
    /// The pause before the first; it doubles, with jitter.
    pub delay: Duration,
    /// The longest pause that the index may ask for; beyond it the call fails at once, and says so.
    pub longest_asked: Duration,
}

/// A setting cannot be right.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An address that cannot be asked, or that carries a secret.
    #[error("the index's address must be http or https, and a host without a path")]
    UnusableAddress,
    /// It does not fit in an HTTP header.
    #[error("the API key has characters that cannot be sent")]
    UnusableKey,
    /// TLS could not be set up.
    #[error("the HTTP client could not be built")]
    Client(#[source] reqwest::Error),
}

impl PineconeConfig {
    /// An index at its own address, such as `https://INDEX-PROJECT.svc.REGION.pinecone.io`, with the usual patience.
    ///
    /// # Errors
    /// The address carries more than scheme, host and port: a secret there would reach the logs.
    pub fn new(address: Url, api_key: SecretString) -> Result<Self, ConfigError> {
        let has_extras = !address.username().is_empty()
            || address.password().is_some()
            || address.query().is_some()
            || address.fragment().is_some()
            || address.path() != "/";
        if !matches!(address.scheme(), "http" | "https") || has_extras {
            return Err(ConfigError::UnusableAddress);
        }
        Ok(Self {
            address,
            api_key,
            timeouts: Timeouts::default(),
            retries: Retries::default(),
            breaker: BreakerConfig::default(),
        })
    }

    /// The address of an operation.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.address.clone();
        url.set_path(path);
        url
    }

    /// Whether the index is on this machine: it is asked directly, whatever proxy the environment names.
    pub(crate) fn is_local(&self) -> bool {
        match self.address.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            query: Duration::from_secs(2),
            // Two megabytes may need more than the two seconds that a person waits.
            write: Duration::from_secs(10),
        }
    }
}

impl Default for Retries {
    fn default() -> Self {
        Self { most: 2, delay: Duration::from_millis(100), longest_asked: Duration::from_secs(5) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(address: &str) -> Result<PineconeConfig, ConfigError> {
        PineconeConfig::new(address.parse().unwrap(), "pcsk_secret".into())
    }

    #[test]
    fn an_address_is_a_host() {
        let config = config("https://stead-abc.svc.aped-4627-b74a.pinecone.io").unwrap();
        assert_eq!(config.url("/query").as_str(), "https://stead-abc.svc.aped-4627-b74a.pinecone.io/query");
        assert!(!config.is_local());
    }

    #[test]
    fn an_address_that_could_carry_a_secret_is_refused() {
        for bad in ["ftp://x", "http://user:pw@x", "http://x/?key=k", "http://x/#k", "http://x/v1"] {
            assert!(config(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_key_is_not_printed() {
        assert!(!format!("{:?}", config("http://127.0.0.1:5080").unwrap()).contains("secret"));
    }
}
