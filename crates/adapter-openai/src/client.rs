//! The port's implementation: a place among the requests under way, the breaker, and the retries.

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use backon::{ExponentialBuilder, Retryable};
use reqwest::{
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
    redirect,
};
use secrecy::ExposeSecret;
use stead_domain::ports::llm::{LlmError, LlmErrorKind, LlmProvider, LlmRecording, LlmRequest, LlmSenses, LlmStream};
use stead_outbound::{Breaker, Pass};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout, timeout_at},
};
use tracing::Instrument;
use url::Url;

use crate::{
    answer::{Answer, too_long},
    attempt::Question,
    config::{ConfigError, OpenAiConfig},
    request::{ChatRequest, TokenLimitName},
};

/// The longest pause of our own between two attempts.
const LONGEST_DELAY: Duration = Duration::from_secs(8);

/// A model behind an OpenAI-compatible endpoint.
///
/// It stands for one endpoint and one credential: they share a pool of connections, a breaker and a limit of requests
/// under way.
#[derive(Debug)]
pub struct OpenAiLlm {
    pub(crate) http: reqwest::Client,
    pub(crate) config: OpenAiConfig,
    chat_url: Url,
    token_limit: TokenLimitName,
    breaker: Arc<Breaker>,
    places: Arc<Semaphore>,
}

impl OpenAiLlm {
    /// A client of the endpoint; it connects when it is asked.
    ///
    /// # Errors
    /// The key cannot be sent, or TLS cannot be set up.
    pub fn new(config: OpenAiConfig) -> Result<Self, ConfigError> {
        let mut headers = HeaderMap::new();
        if let Some(key) = &config.api_key {
            let bearer = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()));
            // The cause is dropped for what it might hold.
            let Ok(mut bearer) = bearer else { return Err(ConfigError::UnusableKey) };
            bearer.set_sensitive(true);
            headers.insert(AUTHORIZATION, bearer);
        }
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("stead/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            // A redirect would send the conversation, and perhaps the key, somewhere nobody configured.
            .redirect(redirect::Policy::none())
            // What is asked again is decided here alone.
            .retry(reqwest::retry::never())
            .connect_timeout(config.timeouts.connect);
        if config.is_local() {
            http = http.no_proxy();
        }
        let is_openai = config.is_openai();
        Ok(Self {
            http: http.build().map_err(|error| ConfigError::Client(error.without_url()))?,
            chat_url: config.chat_url(),
            token_limit: if is_openai { TokenLimitName::MaxCompletionTokens } else { TokenLimitName::MaxTokens },
            breaker: Breaker::new(config.breaker, "stead_model_breaker_open"),
            places: Arc::new(Semaphore::new(config.max_concurrent.max(1))),
            config,
        })
    }

    /// Waits for a place among the requests under way, no longer than for a first token.
    pub(crate) async fn place(&self) -> Result<OwnedSemaphorePermit, LlmError> {
        let busy = || LlmError::new(LlmErrorKind::Unavailable, "too many requests are under way");
        let Ok(place) = timeout(self.config.timeouts.first_token, Arc::clone(&self.places).acquire_owned()).await
        else {
            return Err(busy());
        };
        place.map_err(|closed| busy().caused_by(closed))
    }

    async fn ask_with_retries(&self, question: &Question) -> Result<Answer, LlmError> {
        self.again_where_it_helps(question.whole_until, || self.ask_once(question)).await
    }

    /// Asks, and asks again as configured.
    pub(crate) async fn again_where_it_helps<T, F>(&self, until: Instant, ask: impl FnMut() -> F) -> Result<T, LlmError>
    where
        F: Future<Output = Result<T, LlmError>>,
    {
        let delays = ExponentialBuilder::default()
            .with_min_delay(self.config.retries.delay)
            .with_max_delay(LONGEST_DELAY)
            .with_max_times(self.config.retries.most)
            .with_jitter();
        ask.retry(delays)
            .when(LlmError::is_retryable)
            .adjust(|error, delay| self.pause(error, delay?, until))
            .notify(|error, pause| {
                tracing::warn!(kind = ?error.kind, detail = %error.detail, ?pause, "model failed, asking again");
            })
            .await
    }

    async fn ask_once(&self, question: &Question) -> Result<Answer, LlmError> {
        question.ask(&self.http, self.pass()?).await
    }

    /// The breaker's leave to ask.
    pub(crate) fn pass(&self) -> Result<Pass, LlmError> {
        self.breaker.enter().map_err(|wait| LlmError {
            retry_after: Some(wait),
            ..LlmError::new(LlmErrorKind::Unavailable, "the endpoint failed several times in a row and is left alone")
        })
    }

    /// How long to wait before asking again; `None` where it is of no use.
    fn pause(&self, error: &LlmError, delay: Duration, whole_until: Instant) -> Option<Duration> {
        if !self.breaker.is_closed() {
            return None;
        }
        let pause = match error.retry_after {
            Some(asked) if asked > self.config.retries.longest_asked => return None,
            Some(asked) => asked.max(delay),
            None => delay,
        };
        (Instant::now() + pause < whole_until).then_some(pause)
    }
}

#[async_trait]
impl LlmProvider for OpenAiLlm {
    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError> {
        let whole_until = Instant::now() + self.config.timeouts.whole;
        let body = serde_json::to_vec(&ChatRequest::new(&request, &self.config.model, self.token_limit))
            .map_err(|error| LlmError::new(LlmErrorKind::Rejected, "the request is no JSON").caused_by(error))?;
        let model = request.model.unwrap_or_else(|| self.config.model.clone());
        let span = tracing::info_span!("model.request", model);
        let more_headers = self.config.more_headers.as_ref().map(|more| span.in_scope(|| (more.0)()));
        let question = Question {
            url: self.chat_url.clone(),
            body: body.into(),
            model,
            timeouts: self.config.timeouts,
            whole_until,
            max_answer_bytes: self.config.max_answer_bytes,
            api_key: self.config.api_key.clone(),
            more_headers: more_headers.unwrap_or_default(),
        };
        let asked = async {
            let place = self.place().await?;
            let answer = self.ask_with_retries(&question).await?;
            Ok(answer.into_stream(place))
        };
        match timeout_at(whole_until, asked.instrument(span)).await {
            Ok(asked) => asked,
            Err(_elapsed) => Err(too_long()),
        }
    }

    async fn transcribe(&self, recording: LlmRecording) -> Result<String, LlmError> {
        self.written_down(recording).await
    }

    /// What the configured model cannot take, its endpoint refuses: the wire format does not say it beforehand.
    fn senses(&self) -> LlmSenses {
        LlmSenses { pictures: true, recordings: true }
    }

    fn default_model(&self) -> &str {
        &self.config.model
    }
}
