//! Asks the index: the breaker, the time there is, and the retries.

use std::{sync::Arc, time::Duration};

use backon::{ExponentialBuilder, Retryable};
use bytes::Bytes;
use reqwest::{
    Method,
    header::{HeaderMap, HeaderValue},
    redirect,
};
use secrecy::ExposeSecret;
use serde::{Serialize, de::DeserializeOwned};
use stead_domain::ports::vector_store::VectorStoreError;
use stead_outbound::{Breaker, Pass};
use tokio::time::{Instant, timeout_at};

use crate::{
    config::{ConfigError, PineconeConfig},
    failure::{Failure, Trouble},
    request::Question,
};

/// Which of Pinecone's APIs is spoken.
const API_VERSION: &str = "2025-10";
/// The longest pause of our own between two attempts.
const LONGEST_DELAY: Duration = Duration::from_secs(2);

/// An index and its credential: they share a pool of connections and a breaker.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    config: PineconeConfig,
    breaker: Arc<Breaker>,
}

/// How much time there is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Patience {
    /// Until then, for everything.
    Until(Instant),
    /// So long for each attempt.
    Each(Duration),
}

impl Client {
    pub(crate) fn new(config: PineconeConfig) -> Result<Self, ConfigError> {
        // The cause is dropped for what it might hold.
        let Ok(mut key) = HeaderValue::try_from(config.api_key.expose_secret()) else {
            return Err(ConfigError::UnusableKey);
        };
        key.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert("api-key", key);
        headers.insert("x-pinecone-api-version", HeaderValue::from_static(API_VERSION));
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("stead/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            // A redirect would send the key somewhere nobody configured.
            .redirect(redirect::Policy::none())
            // What is asked again is decided here alone.
            .retry(reqwest::retry::never())
            .connect_timeout(config.timeouts.connect);
        if config.is_local() {
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build().map_err(|error| ConfigError::Client(error.without_url()))?,
            breaker: Breaker::new(config.breaker, "stead_vectors_breaker_open"),
            config,
        })
    }

    /// What a call has that writes or lists.
    pub(crate) fn unhurried(&self) -> Patience {
        Patience::Each(self.config.timeouts.write)
    }

    /// What a query has from now on.
    pub(crate) fn hurried(&self) -> Patience {
        Patience::Until(Instant::now() + self.config.timeouts.query)
    }

    /// Posts a value.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
        patience: Patience,
    ) -> Result<T, Failure> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Failure::Other(VectorStoreError::rejected(format!("no JSON ({:?})", error.classify()))))?;
        self.post_bytes(path, body.into(), patience).await
    }

    /// Posts JSON.
    pub(crate) async fn post_bytes<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Bytes,
        patience: Patience,
    ) -> Result<T, Failure> {
        let question = Question { method: Method::POST, url: self.config.url(path), body };
        self.ask(&question, patience).await
    }

    /// Gets with parameters.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        patience: Patience,
    ) -> Result<T, Failure> {
        let mut url = self.config.url(path);
        url.query_pairs_mut().extend_pairs(parameters);
        let question = Question { method: Method::GET, url, body: Bytes::new() };
        self.ask(&question, patience).await
    }

    /// Asks, and asks again where that helps. All that is asked may be asked twice.
    async fn ask<T: DeserializeOwned>(&self, question: &Question, patience: Patience) -> Result<T, Failure> {
        let delays = ExponentialBuilder::default()
            .with_min_delay(self.config.retries.delay)
            .with_max_delay(LONGEST_DELAY)
            .with_max_times(self.config.retries.most)
            .with_jitter();
        (|| self.ask_once(question, patience))
            .retry(delays)
            .when(Failure::is_retryable)
            .adjust(|failure, delay| self.pause(failure, delay?, patience))
            .await
    }

    async fn ask_once<T: DeserializeOwned>(&self, question: &Question, patience: Patience) -> Result<T, Failure> {
        let pass = self.pass()?;
        let until = match patience {
            Patience::Until(until) => until,
            Patience::Each(each) => Instant::now() + each,
        };
        let answered = match timeout_at(until, question.ask(&self.http)).await {
            Ok(answered) => answered,
            Err(_elapsed) => Err(Trouble::Late.into()),
        };
        let read = answered.and_then(|answer| read(&answer));
        match &read {
            Ok(_) => pass.succeeded(),
            Err(failure) if failure.tells_of_the_index() => pass.failed(),
            // An index that refuses, or that asks for less, is well.
            Err(Failure::NoNamespace | Failure::Other(_)) => pass.succeeded(),
            Err(Failure::Throttled(_)) => drop(pass),
        }
        read
    }

    /// The breaker's leave to ask.
    fn pass(&self) -> Result<Pass, Failure> {
        self.breaker.enter().map_err(|wait| {
            Failure::Other(VectorStoreError::Unavailable {
                retry_after: Some(wait),
                source: Box::new(Trouble::LeftAlone),
            })
        })
    }

    /// How long to wait before asking again; `None` where it is of no use.
    fn pause(&self, failure: &Failure, delay: Duration, patience: Patience) -> Option<Duration> {
        if !self.breaker.is_closed() {
            return None;
        }
        let pause = match failure.retry_after() {
            Some(asked) if asked > self.config.retries.longest_asked => return None,
            Some(asked) => asked.max(delay),
            None => delay,
        };
        let is_in_time = match patience {
            Patience::Until(until) => Instant::now() + pause < until,
            Patience::Each(_) => true,
        };
        is_in_time.then_some(pause)
    }
}

/// All answers are objects. Serde would take a list for one whose fields may be missing.
fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, Failure> {
    if answer.trim_ascii_start().first() != Some(&b'{') {
        return Err(Trouble::NoObject.into());
    }
    serde_json::from_slice(answer).map_err(|error| Trouble::Unexpected(error.classify()).into())
}
