//! The port to language models.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

use crate::{Json, agent::Temperature, run::Usage};

/// A language model.
///
/// # Contract
/// - [`stream`](LlmProvider::stream) answers `Ok` once the model has begun: everything before that (connecting, a
///   refusal, retries) is over, so an `Err` means that no token was made visible.
/// - The stream gives [`LlmEvent`]s and ends. Exactly one [`LlmEvent::Finished`] is the last item of a stream that went
///   well; an `Err` item is the last of one that did not. A stream that ends with neither is a bug of the adapter: where
///   the endpoint just stops, the adapter says [`LlmErrorKind::Protocol`].
/// - The text deltas, joined, are the answer; none is empty and none splits a character. Every complete tool call is
///   given once, after its deltas, with arguments exactly as the model wrote them (possibly no JSON: that is the
///   caller's to judge).
/// - Calling it again asks the model again. Nothing is retried after the first token.
/// - Dropping the stream stops the request.
/// - It always ends: time-outs of the adapter cover connecting, the first token, silence between tokens and the whole.
#[async_trait]
pub trait LlmProvider: Send + Sync + 'static {
    /// Asks the model.
    ///
    /// # Errors
    /// As [`LlmErrorKind`] says.
    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError>;

    /// Writes down what is said in a recording. The answer may be empty: nobody speaks in it.
    ///
    /// # Errors
    /// As [`LlmErrorKind`] says; [`LlmErrorKind::Rejected`] from a model that takes no recordings.
    async fn transcribe(&self, recording: LlmRecording) -> Result<String, LlmError>;

    /// What it takes besides text. What it does not take is [`LlmErrorKind::Rejected`].
    fn senses(&self) -> LlmSenses;

    /// The model that answers a request which names none: a name for the record.
    fn default_model(&self) -> &str;
}

/// What a model takes besides text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LlmSenses {
    /// Pictures: [`LlmMessage::UserWithPictures`].
    pub pictures: bool,
    /// Recordings: [`LlmProvider::transcribe`].
    pub recordings: bool,
}

/// A picture for a model.
#[derive(Clone, PartialEq, Eq)]
pub struct LlmPicture {
    /// What it is: `image/png`, say.
    pub content_type: String,
    /// Its bytes, as they were brought.
    pub bytes: Bytes,
}

impl fmt::Debug for LlmPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LlmPicture({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// A recording for a model.
#[derive(Clone, PartialEq, Eq)]
pub struct LlmRecording {
    /// What it is called: endpoints tell the format by the ending.
    pub file_name: String,
    /// What it is: `audio/mpeg`, say.
    pub content_type: String,
    /// Its bytes, as they were brought.
    pub bytes: Bytes,
}

impl fmt::Debug for LlmRecording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LlmRecording({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// What comes from the model.
pub type LlmStream = BoxStream<'static, Result<LlmEvent, LlmError>>;

/// A question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct LlmRequest {
    /// The model; the configured one where absent.
    pub model: Option<String>,
    /// What it is for: an adapter without a real model answers by it.
    pub purpose: Purpose,
    /// The conversation so far, the newest last.
    pub messages: Vec<LlmMessage>,
    /// The tools it may ask for.
    pub tools: Vec<LlmTool>,
    /// The sampling temperature.
    pub temperature: Option<Temperature>,
    /// The most tokens it may answer.
    pub max_answer_tokens: u32,
}

/// What a question is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The next message of a conversation.
    Answer,
    /// A title of a few words.
    Title,
    /// What a document says, in a few sentences: the document is the last message.
    Summary,
    /// What a picture shows.
    Description,
}

/// A message of a conversation, as a model sees it.
#[derive(Debug, Clone, PartialEq)]
pub enum LlmMessage {
    /// What the model is told.
    System(String),
    /// What the person said, as written.
    User(String),
    /// What the person said, and the pictures that they show with it.
    UserWithPictures {
        /// The text.
        content: String,
        /// The pictures, at least one.
        pictures: Vec<LlmPicture>,
    },
    /// What the model said.
    Assistant {
        /// Its text.
        content: String,
        /// The tool calls it asked for. Each is answered by exactly one [`LlmMessage::Tool`] right after.
        tool_calls: Vec<LlmToolCall>,
    },
    /// What a tool gave.
    Tool {
        /// The call's id.
        call_id: String,
        /// The result as text.
        content: String,
    },
}

/// A tool that a model may ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct LlmTool {
    /// Its qualified name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// A JSON schema of its arguments.
    pub input_schema: Json,
}

/// A tool call that a model asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LlmToolCall {
    /// The model's id for it.
    pub id: String,
    /// The tool's qualified name.
    pub name: String,
    /// The arguments as the model wrote them.
    pub arguments: String,
}

/// What comes from a model.
#[derive(Debug, Clone, PartialEq)]
pub enum LlmEvent {
    /// Text of the answer.
    Text(String),
    /// Text of its thinking, where the endpoint shows it.
    Reasoning(String),
    /// A tool call has begun: its place in the answer's list, id and name.
    ToolCallStarted {
        /// Its place among the answer's tool calls.
        index: u32,
        /// The model's id for it.
        id: String,
        /// The tool's qualified name.
        name: String,
    },
    /// A piece of a tool call's arguments.
    ToolCallDelta {
        /// Its place among the answer's tool calls.
        index: u32,
        /// The piece.
        arguments: String,
    },
    /// A whole tool call.
    ToolCall(LlmToolCall),
    /// The end.
    Finished(Finished),
}

/// How an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Why.
    pub reason: FinishReason,
    /// What it used; estimated by the caller where the endpoint does not say.
    pub usage: Option<Usage>,
    /// The model that answered, as it calls itself.
    pub model: String,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// It was over.
    Stop,
    /// It reached the most tokens it may answer.
    Length,
    /// It asks for tools.
    ToolCalls,
    /// The endpoint's filter cut it.
    ContentFilter,
}

/// A model failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind:?}: {detail}")]
pub struct LlmError {
    /// What a caller can act on.
    pub kind: LlmErrorKind,
    /// For the log: no secrets, no texts of the conversation.
    pub detail: String,
    /// How long the endpoint asks to be left alone.
    pub retry_after: Option<Duration>,
    /// What was underneath.
    #[source]
    pub source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LlmErrorKind {
    /// Not reached, overloaded, rate limited, 5xx, or the breaker is open. Trying later may help.
    Unavailable,
    /// It did not begin, went silent or did not end in time. Trying later may help.
    Timeout,
    /// The credential is not accepted (401, 403) or its money is spent. Trying again does not help.
    Unauthorized,
    /// The request is not accepted (400, 404, 413, 422). Trying the same again does not help.
    Rejected,
    /// What came back makes no sense, or broke off.
    Protocol,
}

impl LlmError {
    /// An error without more to say about it.
    pub fn new(kind: LlmErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), retry_after: None, source: None }
    }

    /// The same with what was underneath.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            LlmErrorKind::Unavailable | LlmErrorKind::Timeout => true,
            LlmErrorKind::Unauthorized | LlmErrorKind::Rejected | LlmErrorKind::Protocol => false,
        }
    }
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Its text.
    pub content: String,
    /// The tool calls it asks for.
    pub tool_calls: Vec<LlmToolCall>,
    /// How it ended.
    pub finished: Finished,
}

/// Conveniences over [`LlmProvider`].
#[async_trait]
pub trait LlmProviderExt: LlmProvider {
    /// Asks the model and waits for the whole answer, of which at most `max_bytes` are taken.
    ///
    /// # Errors
    /// As [`LlmProvider::stream`] and its items; [`LlmErrorKind::Protocol`] when the answer is longer or has no end.
    async fn complete(&self, request: LlmRequest, max_bytes: usize) -> Result<Completion, LlmError> {
        use futures_util::StreamExt;
        let mut stream = self.stream(request).await?;
        let (mut content, mut tool_calls) = (String::new(), Vec::new());
        while let Some(event) = stream.next().await {
            match event? {
                LlmEvent::Text(text) => content.push_str(&text),
                LlmEvent::ToolCall(call) => tool_calls.push(call),
                LlmEvent::Finished(finished) => {
                    return Ok(Completion { content, tool_calls, finished });
                }
                LlmEvent::Reasoning(_) | LlmEvent::ToolCallStarted { .. } | LlmEvent::ToolCallDelta { .. } => {}
            }
            if content.len() > max_bytes {
                return Err(LlmError::new(LlmErrorKind::Protocol, "the answer is longer than asked for"));
            }
        }
        Err(LlmError::new(LlmErrorKind::Protocol, "the stream ended without an end"))
    }
}

impl<P: LlmProvider + ?Sized> LlmProviderExt for P {}
