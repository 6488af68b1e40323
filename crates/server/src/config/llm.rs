//! `[llm]`: the model that answers.

use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{fields, http_url::HttpUrl, prices::PriceList};

/// The model that answers.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LlmConfig {
    /// An OpenAI-compatible endpoint; without one the offline model answers.
    #[serde(deserialize_with = "fields::optional", serialize_with = "fields::show_optional")]
    pub base_url: Option<HttpUrl>,
    /// Its key.
    #[serde(deserialize_with = "fields::secret", serialize_with = "fields::show_redacted")]
    pub api_key: Option<SecretString>,
    /// The model of agents that name none.
    #[serde(deserialize_with = "fields::optional", serialize_with = "fields::show_optional")]
    pub model: Option<String>,
    /// The model that embeds.
    #[serde(deserialize_with = "fields::optional", serialize_with = "fields::show_optional")]
    pub embedding_model: Option<String>,
    /// The model that looks at pictures; the usual one where absent.
    #[serde(deserialize_with = "fields::optional", serialize_with = "fields::show_optional")]
    pub vision_model: Option<String>,
    /// The model that writes recordings down.
    pub transcription_model: String,
    /// What models cost.
    #[serde(deserialize_with = "fields::parsed", serialize_with = "fields::show_text")]
    pub prices: PriceList,
    /// The sampling temperature of agents that name none; the model's own where absent.
    #[serde(deserialize_with = "fields::optional", serialize_with = "fields::show_optional")]
    pub temperature: Option<f64>,
    /// Tokens in the model's window.
    #[serde(deserialize_with = "fields::within::<_, _, 1_024, 10_000_000>")]
    pub context_tokens: u32,
    /// Tokens of it that are left free for the answer.
    #[serde(deserialize_with = "fields::within::<_, _, 64, 10_000_000>")]
    pub answer_tokens: u32,
    /// Answers written at once by this process.
    #[serde(deserialize_with = "fields::within::<_, _, 1, 10_000>")]
    pub max_concurrent: usize,
    /// How long to wait for the connection.
    #[serde(deserialize_with = "fields::span_within::<_, 1, 3_600_000>", serialize_with = "fields::show_span")]
    pub connect_timeout: Duration,
    /// How long to wait for the first token.
    #[serde(deserialize_with = "fields::span_within::<_, 1, 3_600_000>", serialize_with = "fields::show_span")]
    pub first_token_timeout: Duration,
    /// How long to wait between two tokens.
    #[serde(deserialize_with = "fields::span_within::<_, 1, 3_600_000>", serialize_with = "fields::show_span")]
    pub idle_timeout: Duration,
    /// How long a whole answer may take.
    #[serde(deserialize_with = "fields::span_within::<_, 1, 3_600_000>", serialize_with = "fields::show_span")]
    pub whole_timeout: Duration,
}
