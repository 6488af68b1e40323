//! What the adapter is told.

use std::time::Duration;

use s3::Region;
use secrecy::SecretString;
use url::Url;

/// The region of services that have none.
const USUAL_REGION: &str = "us-east-1";

/// Which bucket is used, by whom, and how patiently.
#[derive(Debug, Clone)]
pub struct S3Config {
    /// The bucket; it exists.
    pub bucket: String,
    /// Where it is, as far as signatures are concerned.
    pub(crate) region: Region,
    /// The service; the bucket is a part of the path.
    pub(crate) endpoint: Url,
    /// Who asks.
    pub access_key: SecretString,
    /// Proves it.
    pub secret_key: SecretString,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How often a request that may succeed later is sent again.
    pub retries: usize,
    /// Whether addresses are given that anybody can read a blob from.
    pub gives_links: bool,
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the beginning of an answer, the sending of the request included.
    pub answer: Duration,
    /// Between two pieces of an answer.
    pub idle: Duration,
}

/// A setting cannot be right.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is not one that has an address of its own.
    #[error("the region {0:?} is unknown: name its endpoint")]
    UnknownRegion(String),
    /// Buckets cannot be addressed there.
    #[error("the endpoint must be http or https, without user name, password, query or fragment")]
    UnusableEndpoint,
    /// Not a part of an address.
    #[error("the bucket's name must be 3 to 63 characters of a-z, 0-9, . and -")]
    UnusableBucket,
    /// TLS could not be set up.
    #[error("the HTTP client could not be built")]
    Client(#[source] reqwest::Error),
}

impl S3Config {
    /// A bucket of Amazon's, or of the service at `endpoint`, with the usual patience and no links.
    ///
    /// # Errors
    /// There can be no such bucket, or its service cannot be addressed.
    pub fn new(
        bucket: &str,
        region: Option<&str>,
        endpoint: Option<Url>,
        access_key: SecretString,
        secret_key: SecretString,
    ) -> Result<Self, ConfigError> {
        let is_plain = bucket.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
        if !is_plain || !(3..=63).contains(&bucket.len()) || bucket.contains("..") {
            return Err(ConfigError::UnusableBucket);
        }
        let name = region.unwrap_or(USUAL_REGION);
        let endpoint = match endpoint {
            Some(endpoint) => endpoint,
            None => amazons_endpoint(name)?,
        };
        let has_extras = !endpoint.username().is_empty()
            || endpoint.password().is_some()
            || endpoint.query().is_some()
            || endpoint.fragment().is_some();
        if !matches!(endpoint.scheme(), "http" | "https") || has_extras {
            return Err(ConfigError::UnusableEndpoint);
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            region: Region::Custom { region: name.to_owned(), endpoint: String::new() },
            endpoint,
            access_key,
            secret_key,
            timeouts: Timeouts::default(),
            retries: 2,
            gives_links: false,
        })
    }

    /// Whether the service is on this machine: a proxy has no part in that.
    pub(crate) fn is_local(&self) -> bool {
        match self.endpoint.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

fn amazons_endpoint(region: &str) -> Result<Url, ConfigError> {
    let unknown = || ConfigError::UnknownRegion(region.to_owned());
    match region.parse() {
        Ok(Region::Custom { .. }) | Err(_) => Err(unknown()),
        Ok(known) => Url::parse(&format!("https://{}", known.endpoint())).ok().ok_or_else(unknown),
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), answer: Duration::from_secs(30), idle: Duration::from_secs(30) }
    }
}
