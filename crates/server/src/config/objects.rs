//! `[objects]`: where files are kept.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{fields, http_url::HttpUrl};

/// Where files are kept.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectsConfig {
    /// The folder or the bucket.
    #[serde(deserialize_with = "fields::parsed", serialize_with = "fields::show_text")]
    pub url: ObjectsUrl,
    /// The S3 access key.
    #[serde(deserialize_with = "fields::secret", serialize_with = "fields::show_redacted")]
    pub access_key: Option<SecretString>,
    /// The S3 secret key.
    #[serde(deserialize_with = "fields::secret", serialize_with = "fields::show_redacted")]
    pub secret_key: Option<SecretString>,
    /// Whether downloads are redirected to addresses of S3.
    pub redirect: bool,
    /// How old bytes that belong to no file are when they are removed.
    #[serde(deserialize_with = "fields::span_within::<_, 0, 31_536_000_000>", serialize_with = "fields::show_span")]
    pub orphans_after: Duration,
    /// How often is looked for them.
    #[serde(deserialize_with = "fields::span_within::<_, 100, 2_592_000_000>", serialize_with = "fields::show_span")]
    pub orphans_look_every: Duration,
}

/// A folder, or a bucket of S3 or of something compatible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectsUrl {
    /// A folder of this process.
    Folder(PathBuf),
    /// A bucket.
    S3 {
        /// Its name.
        bucket: String,
        /// Its region.
        region: Option<String>,
        /// Where the service is, if it is not Amazon's.
        endpoint: Option<HttpUrl>,
    },
}

impl FromStr for ObjectsUrl {
    type Err = String;

    /// The text is not repeated in the error: it may hold credentials that do not belong there.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("file://") {
            if path.is_empty() {
                return Err("must name a folder after file://".to_owned());
            }
            return Ok(Self::Folder(PathBuf::from(path)));
        }
        let url = Url::parse(text)
            .map_err(|error| format!("must be file://FOLDER or s3://BUCKET?region=REGION&endpoint=URL: {error}"))?;
        if url.scheme() != "s3" {
            return Err("must begin with file:// or s3://".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "must not hold credentials: they belong in objects.access_key and objects.secret_key".to_owned()
            );
        }
        let bucket = url.host_str().unwrap_or_default().to_owned();
        if bucket.is_empty() || !matches!(url.path(), "" | "/") {
            return Err("must name a bucket after s3://, without a path".to_owned());
        }
        let (mut region, mut endpoint) = (None, None);
        for (key, value) in url.query_pairs() {
            match key.as_ref() {
                "region" => region = Some(value.into_owned()),
                "endpoint" => endpoint = Some(value.parse().map_err(|problem| format!("endpoint {problem}"))?),
                _ => return Err(format!("has an unknown parameter `{key}`: region and endpoint are known")),
            }
        }
        Ok(Self::S3 { bucket, region, endpoint })
    }
}

impl fmt::Display for ObjectsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "file://{}", path.display()),
            Self::S3 { bucket, region, endpoint } => {
                write!(f, "s3://{bucket}")?;
                let mut parameters = url::form_urlencoded::Serializer::new(String::new());
                if let Some(region) = region {
                    parameters.append_pair("region", region);
                }
                if let Some(endpoint) = endpoint {
                    parameters.append_pair("endpoint", &endpoint.to_string());
                }
                let parameters = parameters.finish();
                if parameters.is_empty() { Ok(()) } else { write!(f, "?{parameters}") }
            }
        }
    }
}
