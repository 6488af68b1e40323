//! Questions whose answers come whole: behind the same breaker, in the same places, asked again by the same rules.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use stead_domain::ports::llm::{LlmError, LlmErrorKind};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use crate::{
    attempt::{ERROR_BODY_WAIT, error_body},
    client::OpenAiLlm,
    failure::{Reason, asked_to_wait, not_sent, protocol, refused, reported},
};

/// A question whose answer comes whole.
pub(crate) struct WholeQuestion<'a> {
    pub(crate) url: Url,
    /// Puts the body on a request, once for each time it is asked.
    pub(crate) body: &'a (dyn Fn(RequestBuilder) -> Result<RequestBuilder, LlmError> + Sync),
    /// For each time it is asked.
    pub(crate) patience: Duration,
    pub(crate) max_answer_bytes: usize,
}

impl OpenAiLlm {
    /// Asks, again where that helps, and reads the answer.
    pub(crate) async fn ask_whole<T: DeserializeOwned>(&self, question: WholeQuestion<'_>) -> Result<T, LlmError> {
        let until = Instant::now() + self.config.timeouts.whole;
        let asked = async {
            let _place = self.place().await?;
            self.again_where_it_helps(until, || self.ask_whole_once(&question)).await
        };
        let Ok(answer) = timeout_at(until, asked).await else { return Err(too_late()) };
        read(&answer?)
    }

    async fn ask_whole_once(&self, question: &WholeQuestion<'_>) -> Result<Vec<u8>, LlmError> {
        let pass = self.pass()?;
        let answered = match timeout(question.patience, self.send_whole(question)).await {
            Ok(answered) => answered,
            Err(_elapsed) => Err(too_late()),
        };
        match &answered {
            Ok(_) => pass.succeeded(),
            // What is refused says nothing about the endpoint's health.
            Err(error) if error.kind == LlmErrorKind::Rejected => drop(pass),
            Err(_) => pass.failed(),
        }
        answered
    }

    async fn send_whole(&self, question: &WholeQuestion<'_>) -> Result<Vec<u8>, LlmError> {
        let mut request = self.http.post(question.url.clone());
        if let Some(more) = &self.config.more_headers {
            for (name, value) in (more.0)() {
                request = request.header(name, value);
            }
        }
        let response = (question.body)(request)?.send().await.map_err(not_sent)?;
        let status = response.status();
        if status.is_success() {
            return self.read_whole(response, question.max_answer_bytes).await;
        }
        let wait = asked_to_wait(&response);
        let body = timeout(ERROR_BODY_WAIT, error_body(response)).await.unwrap_or_default();
        let mut error = refused(status, &Reason::parse(&body, self.config.api_key.as_ref()));
        error.retry_after = wait;
        Err(error)
    }

    async fn read_whole(&self, response: Response, most: usize) -> Result<Vec<u8>, LlmError> {
        let (mut read, mut bytes) = (Vec::new(), response.bytes_stream());
        while let Some(chunk) = bytes.next().await {
            let broken = |error: reqwest::Error| protocol("the answer broke off").caused_by(error.without_url());
            let chunk = chunk.map_err(broken)?;
            if read.len() + chunk.len() > most {
                return Err(protocol(format!("the answer is longer than {most} bytes")));
            }
            read.extend_from_slice(&chunk);
        }
        // Some gateways report an error under a status of success.
        if let Ok(serde_json::Value::Object(answer)) = serde_json::from_slice(&read)
            && let Some(error) = answer.get("error").filter(|error| !error.is_null())
        {
            return Err(reported(&Reason::parse(error, self.config.api_key.as_ref())));
        }
        Ok(read)
    }
}

/// The parser's own words are dropped: they may quote what was said.
fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, LlmError> {
    serde_json::from_slice(answer)
        .map_err(|error| protocol(format!("the answer is not as expected ({:?})", error.classify())))
}

fn too_late() -> LlmError {
    LlmError::new(LlmErrorKind::Timeout, "the endpoint did not answer in time")
}
