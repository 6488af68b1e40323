//! What must fit together, setting by setting being right.

use secrecy::{ExposeSecret, SecretString};
use tracing_subscriber::EnvFilter;

use super::{Config, ConfigError, DatabaseUrl, ObjectsUrl, VectorsUrl};

/// A secret shorter than the keys that are derived from it would weaken them.
pub(super) const SHORTEST_SECRET: usize = 32;

/// A token that cannot be guessed.
const SHORTEST_TOKEN: usize = 16;

/// What people leave standing from an example, in lower case.
const PLACEHOLDERS: [&str; 9] = [
    "changeme",
    "change-me",
    "change_me",
    "change me",
    "placeholder",
    "replace",
    "redacted",
    "your-secret",
    "your_secret",
];

impl Config {
    /// Refuses what cannot be right.
    ///
    /// # Errors
    /// [`ConfigError::Setting`] with the first setting that does not fit the others.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.validate_auth()?;
        self.validate_llm()?;
        let checks = [
            ("data_dir", self.data_dir.as_os_str().is_empty(), "must name a folder"),
            ("server.host", !is_host(&self.server.host), "must be an IP address or a host name"),
            (
                "server.public_url",
                self.server.public_url.as_ref().is_some_and(|url| !url.has_no_path()),
                "must have no path",
            ),
            (
                "objects.access_key",
                self.objects.access_key.is_some() != self.objects.secret_key.is_some(),
                "objects.access_key and objects.secret_key go together: set both or neither",
            ),
            (
                "objects.access_key",
                matches!(self.objects.url, ObjectsUrl::S3 { .. }) && self.objects.access_key.is_none(),
                "is required with S3",
            ),
            (
                "objects.redirect",
                matches!(self.objects.url, ObjectsUrl::Folder(_)) && self.objects.redirect,
                "needs S3: files in a folder have no address of their own",
            ),
            (
                "vectors.url",
                self.vectors.url == VectorsUrl::PgVector && !matches!(self.database.url, DatabaseUrl::Postgres(_)),
                "pgvector needs a Postgres database",
            ),
            (
                "vectors.api_key",
                matches!(self.vectors.url, VectorsUrl::Pinecone(_)) && self.vectors.api_key.is_none(),
                "is required with a Pinecone index",
            ),
            (
                "metrics.token",
                self.metrics.token.as_ref().is_some_and(|token| token.expose_secret().len() < SHORTEST_TOKEN),
                "must have at least 16 bytes; `openssl rand -hex 16` makes one",
            ),
            ("log.filter", EnvFilter::try_new(&self.log.filter).is_err(), "must be a level or levels by module"),
        ];
        checks.into_iter().try_for_each(|(key, wrong, problem)| refuse_if(wrong, key, problem))
    }

    fn validate_auth(&self) -> Result<(), ConfigError> {
        let argon2 = &self.auth.argon2;
        refuse_if(
            argon2.memory_kib < 8 * argon2.parallelism,
            "auth.argon2.memory_kib",
            "must be at least 8 times auth.argon2.parallelism",
        )?;
        let Some(secret) = &self.auth.secret else {
            return refuse_if(
                matches!(self.database.url, DatabaseUrl::Postgres(_)),
                "auth.secret",
                "is required with Postgres, the same for every process; `openssl rand -hex 32` makes one",
            );
        };
        refuse_if(is_short(secret), "auth.secret", "must have at least 32 bytes")?;
        refuse_if(is_placeholder(secret), "auth.secret", "is a placeholder; `openssl rand -hex 32` makes a real one")?;
        refuse_if(
            !self.server.is_loopback() && is_monotonous(secret),
            "auth.secret",
            "is easy to guess, and server.host is public; `openssl rand -hex 32` makes a real one",
        )
    }

    fn validate_llm(&self) -> Result<(), ConfigError> {
        let llm = &self.llm;
        refuse_if(llm.base_url.is_some() && llm.model.is_none(), "llm.model", "is required with llm.base_url")?;
        refuse_if(
            llm.answer_tokens > llm.context_tokens / 2,
            "llm.answer_tokens",
            "must be at most half of llm.context_tokens",
        )
    }
}

fn refuse_if(wrong: bool, key: &str, problem: &str) -> Result<(), ConfigError> {
    if wrong {
        return Err(ConfigError::Setting { key: key.to_owned(), origin: None, problem: problem.to_owned() });
    }
    Ok(())
}

fn is_host(host: &str) -> bool {
    url::Host::parse(host).is_ok() || host.parse::<std::net::Ipv6Addr>().is_ok()
}

pub(super) fn is_short(secret: &SecretString) -> bool {
    secret.expose_secret().len() < SHORTEST_SECRET
}

fn is_placeholder(secret: &SecretString) -> bool {
    let secret = secret.expose_secret().to_lowercase();
    PLACEHOLDERS.iter().any(|placeholder| secret.contains(placeholder))
}

/// Made of a handful of characters: "aaaa…", "1234123412341234…".
fn is_monotonous(secret: &SecretString) -> bool {
    let mut bytes = secret.expose_secret().as_bytes().to_vec();
    bytes.sort_unstable();
    bytes.dedup();
    bytes.len() < 8
}
