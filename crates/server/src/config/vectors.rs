//! `[vectors]`: where embeddings are searched.

use std::{fmt, str::FromStr, time::Duration};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{fields, http_url::HttpUrl};

/// Where embeddings are searched.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VectorsConfig {
    /// The database itself, or an index elsewhere.
    #[serde(deserialize_with = "fields::parsed", serialize_with = "fields::show_text")]
    pub url: VectorsUrl,
    /// The key of the index elsewhere.
    #[serde(deserialize_with = "fields::secret", serialize_with = "fields::show_redacted")]
    pub api_key: Option<SecretString>,
    /// How long an answer of the index elsewhere is waited for.
    #[serde(deserialize_with = "fields::span_within::<_, 100, 60_000>", serialize_with = "fields::show_span")]
    pub query_timeout: Duration,
    /// How much of the vectors in the database is held in memory.
    #[serde(deserialize_with = "fields::within::<_, _, 1_048_576, 1_099_511_627_776>")]
    pub memory_bytes: u64,
}

/// The database itself, or a Pinecone index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VectorsUrl {
    /// Rows in the database.
    Local,
    /// Rows in Postgres, searched by its extension pgvector.
    PgVector,
    /// The index's address.
    Pinecone(HttpUrl),
}

impl FromStr for VectorsUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "local" {
            return Ok(Self::Local);
        }
        if text == "pgvector" {
            return Ok(Self::PgVector);
        }
        let host =
            text.strip_prefix("pinecone://").ok_or("must be \"local\", \"pgvector\" or pinecone://INDEX_HOST")?;
        // A test server is named by its full address.
        let address = if host.starts_with("http://") { host.to_owned() } else { format!("https://{host}") };
        let address: HttpUrl = address.parse().map_err(|problem| format!("index host {problem}"))?;
        if address.has_no_path() {
            Ok(Self::Pinecone(address))
        } else {
            Err("must name a host without a path".to_owned())
        }
    }
}

impl fmt::Display for VectorsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::PgVector => f.write_str("pgvector"),
            Self::Pinecone(address) => {
                let address = address.to_string();
                write!(f, "pinecone://{}", address.strip_prefix("https://").unwrap_or(&address))
            }
        }
    }
}
