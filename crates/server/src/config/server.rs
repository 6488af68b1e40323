//! `[server]`: where and how HTTP is served.

use std::{net::IpAddr, time::Duration};

use serde::{Deserialize, Serialize};

use super::{fields, http_url::HttpUrl, trusted_proxies::TrustedProxies};

/// Where and how HTTP is served.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// The address or name to listen on.
    pub host: String,
    /// The port; 0 takes a free one.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 65_535>")]
    pub port: u16,
    /// How browsers reach the server, where that is not host and port.
    #[serde(deserialize_with = "fields::optional", serialize_with = "fields::show_optional")]
    pub public_url: Option<HttpUrl>,
    /// Threads that serve HTTP; 0: one a core.
    #[serde(deserialize_with = "fields::within::<_, _, 0, 1_024>")]
    pub workers: usize,
    /// The largest JSON body, in bytes.
    #[serde(deserialize_with = "fields::within::<_, _, 1_024, 67_108_864>")]
    pub max_body_bytes: usize,
    /// The proxies that are believed about the client's address.
    #[serde(deserialize_with = "fields::parsed", serialize_with = "fields::show_text")]
    pub trusted_proxies: TrustedProxies,
    /// How long the head of a request may take, from its first byte on.
    #[serde(deserialize_with = "fields::span_within::<_, 1_000, 600_000>", serialize_with = "fields::show_span")]
    pub header_timeout: Duration,
    /// How long the body of a request may take.
    #[serde(deserialize_with = "fields::span_within::<_, 100, 3_600_000>", serialize_with = "fields::show_span")]
    pub body_timeout: Duration,
    /// How long a connection without a request is kept open.
    #[serde(deserialize_with = "fields::span_within::<_, 1_000, 3_600_000>", serialize_with = "fields::show_span")]
    pub keep_alive: Duration,
    /// How long a client may take to take note that its connection is closed.
    #[serde(deserialize_with = "fields::span_within::<_, 1_000, 600_000>", serialize_with = "fields::show_span")]
    pub disconnect_timeout: Duration,
    /// How long open requests may take to end at shutdown.
    #[serde(deserialize_with = "fields::span_within::<_, 0, 600_000>", serialize_with = "fields::show_span")]
    pub shutdown_timeout: Duration,
}

impl ServerConfig {
    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        self.host.parse::<IpAddr>().map_or(self.host == "localhost", |address| address.is_loopback())
    }

    /// `http://HOST:PORT`, with the port that was really taken.
    pub fn listening_url(&self, port: u16) -> String {
        if self.host.contains(':') {
            format!("http://[{}]:{port}", self.host)
        } else {
            format!("http://{}:{port}", self.host)
        }
    }

    /// The address for browsers: as configured, else made from the host and the port that was really taken.
    pub fn public_url(&self, port: u16) -> String {
        self.public_url.as_ref().map_or_else(|| self.listening_url(port), ToString::to_string)
    }
}
