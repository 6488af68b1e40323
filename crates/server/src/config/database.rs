//! `[database]`: which database, and how many connections.

use std::{fmt, path::PathBuf, str::FromStr};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::fields::{self, REDACTED};

/// Which database, and how many connections.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// Where it is.
    #[serde(deserialize_with = "fields::parsed", serialize_with = "fields::show_text")]
    pub url: DatabaseUrl,
    /// Connections of this process; on SQLite the ones that read.
    #[serde(deserialize_with = "fields::within::<_, _, 1, 1_000>")]
    pub pool_size: u32,
    /// Whether to migrate at start.
    pub migrate: bool,
}

/// Where the database is. Shown without its password.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// A file of this process.
    Sqlite(PathBuf),
    /// A Postgres address, password included.
    Postgres(SecretString),
}

impl FromStr for DatabaseUrl {
    type Err = String;

    /// The text is not repeated in the error: it may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            if path.is_empty() || path.contains('?') {
                return Err("must name a file after sqlite://, without parameters".to_owned());
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        let is_postgres = Url::parse(text)
            .map_err(|error| format!("must be sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME: {error}"))
            .map(|url| matches!(url.scheme(), "postgres" | "postgresql"))?;
        if is_postgres {
            Ok(Self::Postgres(SecretString::from(text)))
        } else {
            Err("must begin with sqlite:// or postgres://".to_owned())
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => f.write_str(&without_password(url).unwrap_or_else(|| REDACTED.to_owned())),
        }
    }
}

/// The address with its password replaced, wherever it stands; nothing where that cannot be done.
fn without_password(secret: &SecretString) -> Option<String> {
    let mut url = Url::parse(secret.expose_secret()).ok()?;
    if url.password().is_some() {
        url.set_password(Some("redacted")).ok()?;
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(key, value)| {
                let value = if key.contains("password") { "redacted".into() } else { value };
                (key.into_owned(), value.into_owned())
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    Some(url.into())
}
