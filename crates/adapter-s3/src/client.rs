//! One request at a time: signed, sent, judged by its status.

use std::{future::Future, time::Duration};

use backon::{ExponentialBuilder, Retryable};
use bytes::{Bytes, BytesMut};
use reqwest::{Method, Response, header::RANGE, redirect};
use stead_domain::ports::object_store::ObjectKey;
use tokio::time::timeout;
use url::Url;

use crate::{
    answers::Refusal,
    config::{ConfigError, S3Config, Timeouts},
    digest::Payload,
    failure::{Code, Failure},
    signer::Signer,
};

/// The most that is read of an answer in XML: 1,000 keys with all that is said of them.
const MAX_XML_BYTES: usize = 4 * 1024 * 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A client of one bucket.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    signer: Signer,
    bucket: Url,
    timeouts: Timeouts,
    retries: usize,
}

/// What is asked of the bucket, or of a blob in it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: Method,
    key: Option<ObjectKey>,
    query: Vec<(&'static str, String)>,
    range: Option<String>,
    payload: Payload,
}

impl Request {
    /// Of a blob.
    pub(crate) fn of(key: &ObjectKey, method: Method) -> Self {
        Self { key: Some(key.clone()), ..Self::of_bucket(method) }
    }

    /// Of the bucket.
    pub(crate) fn of_bucket(method: Method) -> Self {
        Self { method, key: None, query: Vec::new(), range: None, payload: Payload::empty() }
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(crate) fn range(mut self, range: String) -> Self {
        self.range = Some(range);
        self
    }

    pub(crate) fn payload(mut self, payload: Payload) -> Self {
        self.payload = payload;
        self
    }
}

impl Client {
    pub(crate) fn new(config: &S3Config) -> Result<Self, ConfigError> {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("stead/", env!("CARGO_PKG_VERSION")))
            // A signature is for one address.
            .redirect(redirect::Policy::none())
            // What is asked again is decided here alone.
            .retry(reqwest::retry::never())
            .connect_timeout(config.timeouts.connect);
        if config.is_local() {
            http = http.no_proxy();
        }
        let mut bucket = config.endpoint.clone();
        match bucket.path_segments_mut() {
            Ok(mut path) => path.pop_if_empty().push(&config.bucket),
            Err(()) => return Err(ConfigError::UnusableEndpoint),
        };
        Ok(Self {
            http: http.build().map_err(|error| ConfigError::Client(error.without_url()))?,
            signer: Signer {
                region: config.region.clone(),
                access_key: config.access_key.clone(),
                secret_key: config.secret_key.clone(),
            },
            bucket,
            timeouts: config.timeouts,
            retries: config.retries,
        })
    }

    pub(crate) fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Sends it until it succeeds, a few times at most. Only for what may take effect twice.
    pub(crate) async fn send(&self, request: &Request) -> Result<Response, Failure> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_max_times(self.retries)
            .with_jitter();
        (|| self.send_once(request)).retry(pauses).when(Failure::is_passing).await
    }

    /// Sends it. Answers what succeeded; its body is still to be read.
    pub(crate) async fn send_once(&self, request: &Request) -> Result<Response, Failure> {
        let url = self.url(request);
        let headers = self.signer.headers(&request.method, &url, &request.payload.sha256);
        let mut http = self.http.request(request.method.clone(), url).headers(headers.map_err(Failure::Unsigned)?);
        if let Some(range) = &request.range {
            http = http.header(RANGE, range);
        }
        let sent = http.body(request.payload.bytes.clone()).send();
        let response = in_time(self.timeouts.answer, sent).await?.map_err(Failure::connection)?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        // The status says the most: an error without a readable body is one all the same.
        let code = match self.xml(response).await {
            Ok(body) => Refusal::code_of(&body),
            Err(_) => Code::default(),
        };
        Err(Failure::Refused { status, code })
    }

    /// The body of an answer that is not a blob.
    pub(crate) async fn xml(&self, mut response: Response) -> Result<Bytes, Failure> {
        let mut body = BytesMut::new();
        while let Some(piece) = self.next_piece(&mut response).await? {
            if body.len() + piece.len() > MAX_XML_BYTES {
                return Err(Failure::Protocol("the service's answer is too long"));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body.freeze())
    }

    /// The next piece of a body; `None` at its end.
    pub(crate) async fn next_piece(&self, response: &mut Response) -> Result<Option<Bytes>, Failure> {
        in_time(self.timeouts.idle, response.chunk()).await?.map_err(Failure::connection)
    }

    /// Where a blob is.
    pub(crate) fn blob_url(&self, key: &ObjectKey) -> Url {
        self.url(&Request::of(key, Method::GET))
    }

    fn url(&self, request: &Request) -> Url {
        let mut url = self.bucket.clone();
        if let (Some(key), Ok(mut path)) = (&request.key, url.path_segments_mut()) {
            path.extend(key.as_str().split('/'));
        }
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        url
    }
}

async fn in_time<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, Failure> {
    match timeout(limit, future).await {
        Ok(done) => Ok(done),
        Err(_elapsed) => Err(Failure::TimedOut),
    }
}
