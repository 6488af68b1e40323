//! One request: sent, judged by its status, and read up to the first event.

use std::{collections::HashMap, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use reqwest::{
    Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
};
use secrecy::SecretString;
use serde_json::Value;
use stead_domain::ports::llm::{LlmError, LlmErrorKind};
use stead_outbound::Pass;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::{
    answer::{Answer, Limits},
    assembly::Assembly,
    config::Timeouts,
    failure::{Reason, asked_to_wait, not_sent, protocol, refused, reported},
    sse::{Broken, Frames},
};

/// The most that is read of an error's body.
const MAX_ERROR_BYTES: usize = 64 * 1024;
/// How long to wait for an error's body. Its status says the most.
pub(crate) const ERROR_BODY_WAIT: Duration = Duration::from_secs(5);

/// Everything that one question needs, however often it is asked.
pub(crate) struct Question {
    pub(crate) url: Url,
    pub(crate) body: Bytes,
    pub(crate) model: String,
    pub(crate) timeouts: Timeouts,
    pub(crate) whole_until: Instant,
    pub(crate) max_answer_bytes: usize,
    pub(crate) api_key: Option<SecretString>,
    pub(crate) more_headers: HashMap<String, String>,
}

impl Question {
    /// Asks once. The answer given has begun.
    pub(crate) async fn ask(&self, http: &reqwest::Client, pass: Pass) -> Result<Answer, LlmError> {
        let silent_until = Instant::now() + self.timeouts.first_token;
        let response = match self.open(http, silent_until).await {
            Ok(response) => response,
            Err(error) => {
                if error.kind != LlmErrorKind::Rejected {
                    pass.failed();
                }
                return Err(error);
            }
        };
        let frames = Frames::new(response.bytes_stream().map_err(|error| Broken::Connection(error.without_url())));
        let assembly = Assembly::new(self.model.clone(), self.max_answer_bytes, self.api_key.clone());
        let limits = Limits { silent_until, idle: self.timeouts.idle, whole_until: self.whole_until };
        let mut answer = Answer::new(frames, assembly, limits, pass);
        answer.begin().await?;
        Ok(answer)
    }

    /// Sends the request and waits for the headers of a stream.
    async fn open(&self, http: &reqwest::Client, until: Instant) -> Result<Response, LlmError> {
        let mut request = http.post(self.url.clone());
        for (name, value) in &self.more_headers {
            request = request.header(name, value);
        }
        let request = request
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "text/event-stream")
            .body(self.body.clone());
        let response = match tokio::time::timeout_at(until.min(self.whole_until), request.send()).await {
            Ok(sent) => sent.map_err(not_sent)?,
            Err(_elapsed) => return Err(LlmError::new(LlmErrorKind::Timeout, "the endpoint did not answer in time")),
        };
        let status = response.status();
        if !status.is_success() {
            return Err(self.refusal(status, response).await);
        }
        let is_stream = response
            .headers()
            .get(CONTENT_TYPE)
            .is_none_or(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"text/event-stream"));
        if is_stream {
            return Ok(response);
        }
        // Some gateways report an error under a status of success.
        let body = timeout(ERROR_BODY_WAIT, error_body(response)).await.unwrap_or_default();
        Err(match body.get("error") {
            Some(error) => reported(&Reason::parse(error, self.api_key.as_ref())),
            None => protocol("the endpoint answered with something other than an event stream"),
        })
    }

    async fn refusal(&self, status: StatusCode, response: Response) -> LlmError {
        let wait = asked_to_wait(&response);
        let body = timeout(ERROR_BODY_WAIT, error_body(response)).await.unwrap_or_default();
        let mut error = refused(status, &Reason::parse(&body, self.api_key.as_ref()));
        error.retry_after = wait;
        error
    }
}

/// The beginning of an error's body as JSON; null where it is none.
pub(crate) async fn error_body(response: Response) -> Value {
    let mut read = Vec::new();
    let mut bytes = response.bytes_stream();
    while let Some(Ok(chunk)) = bytes.next().await {
        if read.len() + chunk.len() > MAX_ERROR_BYTES {
            return Value::Null;
        }
        read.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&read).unwrap_or_default()
}
