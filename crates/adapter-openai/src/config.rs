//! What the adapter is told.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use secrecy::SecretString;
use stead_outbound::BreakerConfig;
use url::Url;

/// Which endpoint is asked, and how patiently.
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    base_url: Url,
    /// The credential, sent as a bearer token; many local servers need none.
    pub api_key: Option<SecretString>,
    /// The model for requests that name none.
    pub model: String,
    /// The model that embeds.
    pub embedding_model: String,
    /// The model that writes recordings down.
    pub transcription_model: String,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How often to ask again before the first token.
    pub retries: Retries,
    /// When to leave a failing endpoint alone.
    pub breaker: BreakerConfig,
    /// How many requests may be under way at once.
    pub max_concurrent: usize,
    /// The most bytes of text, reasoning and tool arguments that one answer may have.
    pub max_answer_bytes: usize,
    /// Headers that every request gets besides its own, asked for when it is sent: where a trace goes on, say.
    pub more_headers: Option<MoreHeaders>,
}

/// Gives headers by name.
#[derive(Clone)]
pub struct MoreHeaders(pub Arc<dyn Fn() -> HashMap<String, String> + Send + Sync>);

impl fmt::Debug for MoreHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MoreHeaders")
    }
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the model to begin, counted from each request.
    pub first_token: Duration,
    /// Between two signs of life of the model. A comment that only keeps the connection open is none.
    pub idle: Duration,
    /// For everything, retries included.
    pub whole: Duration,
}

/// How often to ask again before the first token.
#[derive(Debug, Clone, Copy)]
pub struct Retries {
    /// At most.
    pub most: usize,
    /// The pause before the first; it doubles, with jitter, up to 8 s.
    pub delay: Duration,
    /// The longest pause that the endpoint may ask for; beyond it the call fails at once.
    pub longest_asked: Duration,
}

/// A setting cannot be right.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not a URL.
    #[error("the base URL is not a URL")]
    NotAUrl(#[source] url::ParseError),
    /// A URL that cannot be asked, or that carries a secret.
    #[error("the base URL must be http or https, without user name, password, query or fragment")]
    UnusableUrl,
    /// It does not fit in an HTTP header.
    #[error("the API key has characters that cannot be sent")]
    UnusableKey,
    /// TLS could not be set up.
    #[error("the HTTP client could not be built")]
    Client(#[source] reqwest::Error),
}

impl OpenAiConfig {
    /// An endpoint with the usual patience and no key.
    ///
    /// # Errors
    /// The URL is none, is not http(s), or carries more than host and path: a secret there would reach the logs.
    pub fn new(base_url: &str, model: impl Into<String>) -> Result<Self, ConfigError> {
        let base_url = Url::parse(base_url).map_err(ConfigError::NotAUrl)?;
        let has_extras = !base_url.username().is_empty()
            || base_url.password().is_some()
            || base_url.query().is_some()
            || base_url.fragment().is_some();
        if !matches!(base_url.scheme(), "http" | "https") || has_extras {
            return Err(ConfigError::UnusableUrl);
        }
        Ok(Self {
            base_url,
            api_key: None,
            model: model.into(),
            embedding_model: "text-embedding-3-small".to_owned(),
            transcription_model: "whisper-1".to_owned(),
            timeouts: Timeouts::default(),
            retries: Retries::default(),
            breaker: BreakerConfig::default(),
            max_concurrent: 64,
            max_answer_bytes: 4 * 1024 * 1024,
            more_headers: None,
        })
    }

    /// The same with a key.
    #[must_use]
    pub fn with_api_key(mut self, api_key: SecretString) -> Self {
        self.api_key = Some(api_key);
        self
    }

    /// Where chat completions are asked for.
    pub(crate) fn chat_url(&self) -> Url {
        self.url("chat/completions")
    }

    /// Where vectors are asked for.
    pub(crate) fn embeddings_url(&self) -> Url {
        self.url("embeddings")
    }

    /// Where recordings are written down.
    pub(crate) fn transcriptions_url(&self) -> Url {
        self.url("audio/transcriptions")
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        let path = format!("{}/{path}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url
    }

    /// Whether the endpoint is this machine: it is asked directly, whatever proxy the environment names.
    pub(crate) fn is_local(&self) -> bool {
        match self.base_url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether the endpoint is OpenAI's own, whose newer models refuse the older name of the token limit.
    pub(crate) fn is_openai(&self) -> bool {
        self.base_url.host_str().is_some_and(|host| {
            host == "api.openai.com" || host.ends_with(".api.openai.com") || host.ends_with(".openai.azure.com")
        })
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            first_token: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            whole: Duration::from_secs(600),
        }
    }
}

impl Default for Retries {
    fn default() -> Self {
        Self { most: 2, delay: Duration::from_millis(500), longest_asked: Duration::from_secs(120) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_base_url_is_kept() -> Result<(), ConfigError> {
        for (base, chat) in [
            ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
            ("https://example.com/a/v1/", "https://example.com/a/v1/chat/completions"),
            ("https://example.com", "https://example.com/chat/completions"),
        ] {
            assert_eq!(OpenAiConfig::new(base, "m")?.chat_url().as_str(), chat);
        }
        Ok(())
    }

    #[test]
    fn a_url_that_could_carry_a_secret_is_refused() {
        for bad in ["ftp://x/v1", "http://user:pw@x/v1", "http://x/v1?key=k", "http://x/v1#k", "nonsense"] {
            assert!(OpenAiConfig::new(bad, "m").is_err(), "{bad}");
        }
    }

    #[test]
    fn the_key_is_not_printed() -> Result<(), ConfigError> {
        let config = OpenAiConfig::new("http://x/v1", "m")?.with_api_key("sk-secret".into());
        assert!(!format!("{config:?}").contains("sk-secret"));
        Ok(())
    }
}
