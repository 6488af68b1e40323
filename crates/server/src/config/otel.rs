//! `[otel]`: where traces are sent. By default nowhere.

use serde::{Deserialize, Serialize};

use super::{fields, http_url::HttpUrl};

/// Where traces are sent.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OtelConfig {
    /// A collector that takes OTLP over HTTP.
    #[serde(deserialize_with = "fields::optional", serialize_with = "fields::show_optional")]
    pub endpoint: Option<HttpUrl>,
    /// The share of requests that are traced, of those that nobody traces already.
    #[serde(deserialize_with = "fields::ratio")]
    pub sample_ratio: f64,
}
